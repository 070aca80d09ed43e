// The refine network of hd, with one that is made up here: it says the same everywhere.
#include "fuse/refine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "example_pair.h"
#include "fuse/coarse_inputs.h"
#include "fuse/testing_faces.h"
#include "fuse/testing_refine.h"
#include "mien/video.h"
#include "pipeline/enrol.h"
#include "pipeline/prepare_face.h"

namespace mien {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// The shipped models with another refine network, or without any.
class Models {
 public:
  explicit Models(const char* name)
      : folder_(fs::temp_directory_path() /
                ("mien_refine_" + std::to_string(::getpid()) + "_" + std::string(name))) {
    fs::create_directories(folder_);
    for (const auto& file : fs::directory_iterator(kRoot + "/models")) {
      fs::copy_file(file.path(), folder_ / file.path().filename(), fs::copy_options::overwrite_existing);
    }
    std::ifstream(folder_ / "manifest.json") >> manifest_;
    manifest_["networks"].erase("refine");
    write();
  }
  ~Models() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Models(const Models&) = delete;
  Models& operator=(const Models&) = delete;

  void set(testing_refine::Answer answer) {
    manifest_["networks"]["refine"] = testing_refine::write_network(folder_, answer);
    write();
  }
  json& row() { return manifest_["networks"]["refine"]; }
  void write() const { std::ofstream(folder_ / "manifest.json") << manifest_; }
  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
  json manifest_;
};

struct Fused {
  Image picture;
  FusionReport report;
  Provenance label;
};

class RefineStage : public ExamplePair {
 protected:
  static void SetUpTestSuite() { make_pair({kRoot + "/models", 1}, "target_1.jpg"); }

  static Engine engine(const Models& models, Mode mode, bool every_mode = false) {
    EngineOptions options{models.folder(), 1, mode};
    options.every_mode = every_mode;
    auto out = Engine::create(options);
    EXPECT_TRUE(out.ok()) << (out.ok() ? "" : out.status().message());
    return std::move(*out);
  }
  static Fused fuse(const Engine& engine, const FusionOptions& options = {}) {
    FusedImage out;
    auto done = engine.open_session().fuse(target_->view(), *source_, options, out);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.status().message());
    return {Image::copy_of(out.view()), *done, out.provenance()};
  }
  static bool ran(const FusionReport& report) {
    return std::any_of(report.stages.begin(), report.stages.end(),
                       [](const StageReport& s) { return s.stage == "refine"; });
  }
  static bool is_named(const std::vector<std::string>& models) {
    return std::any_of(models.begin(), models.end(),
                       [](const std::string& model) { return model.starts_with("refine:"); });
  }
  static double brightness(ImageView a) {
    double sum = 0;
    for (int y = 0; y < a.height; ++y)
      for (int x = 0; x < a.width * channel_count(a.format); ++x) sum += a.row(y)[x];
    return sum / (static_cast<double>(a.width) * channel_count(a.format) * a.height);
  }
};

// Mean difference of a channel and the same at a multiple of its size, averaged over its pixels.
double difference(const Tensor& coarse, const Tensor& fine, int channel) {
  const int k = fine.width / coarse.width;
  double sum = 0;
  for (int y = 0; y < coarse.height; ++y) {
    for (int x = 0; x < coarse.width; ++x) {
      double mean = 0;
      for (int i = 0; i < k * k; ++i)
        mean += fine.channel(channel)[(k * y + i / k) * fine.width + k * x + i % k] / (k * k);
      sum += std::abs(mean - coarse.channel(channel)[y * coarse.width + x]);
    }
  }
  return sum / (static_cast<double>(coarse.width) * coarse.height);
}

TEST_F(RefineStage, LooksAtThePictureOfTheCoarseNetworkFiner) {
  const auto model = testing_faces::load_model();
  const auto faces = engine_->open_session().find_faces(target_->view());
  ASSERT_TRUE(faces.ok() && faces->size() == 1);
  const Mesh& mesh = faces->front().mesh;
  SurfaceWeights gap{};
  ThreadPool pool{1};
  Trace trace;
  FuseScratch s;
  const PreparedFace face = prepare_face(source_->content().texture, mesh, mesh, gap, target_->view(),
                                         nullptr, *model, pool, s, trace);
  const CoarseScene scene{
      target_->view(), face.where.canvas_from_frame(), s.fused,           s.trust, s.masks, s.relight,
      face.fused,      model->canonical_mesh(),        model->triangles()};
  CoarseInputScratch scratch;
  CoarseCrop coarse, fine;
  make_coarse_input(scene, &scratch, &coarse);
  for (const int size : {kRefineSize, kRefineLargeSize}) {
    make_coarse_input(scene, &scratch, &fine, size);
    ASSERT_EQ(fine.input.width, size);
    for (int c = 0; c < kCoarseChannels; ++c)
      EXPECT_LT(difference(coarse.input, fine.input, c), 0.015) << "channel " << c << " at " << size;
  }
}

TEST_F(RefineStage, HdIsWhatItWasWithoutTheNetwork) {
  const Models models("without");
  const Engine hd = engine(models, Mode::kHd);
  const Fused found = fuse(hd);
  EXPECT_EQ(found.report.fused_count(), 1);
  EXPECT_EQ(found.report.network, "fuse_base");
  EXPECT_FALSE(ran(found.report));
  EXPECT_FALSE(is_named(found.label.models));
  EXPECT_FALSE(is_named(hd.networks()));
}

TEST_F(RefineStage, ChangesPhotosInHdAndSaysSo) {
  Models models("light");
  const Fused plain = fuse(engine(models, Mode::kHd), {.visible_mark = false, .tone_strength = 0});
  models.set({0.2f, 0});
  const Engine hd = engine(models, Mode::kHd);
  const Fused lit = fuse(hd, {.visible_mark = false, .tone_strength = 0});
  EXPECT_TRUE(ran(lit.report));
  EXPECT_EQ(lit.report.network, "fuse_base + refine");
  EXPECT_TRUE(is_named(lit.label.models));
  EXPECT_TRUE(is_named(hd.networks()));
  EXPECT_GT(brightness(lit.picture.view()), brightness(plain.picture.view()) + 0.5);
}

TEST_F(RefineStage, AnAnswerOfZeroChangesNothingVisible) {
  Models models("zero");
  const Fused plain = fuse(engine(models, Mode::kHd));
  models.set({0, 0});
  const Fused same = fuse(engine(models, Mode::kHd));
  EXPECT_TRUE(ran(same.report));
  int worst = 0;
  const ImageView a = plain.picture.view(), b = same.picture.view();
  for (int y = 0; y < a.height; ++y)
    for (int x = 0; x < a.width * channel_count(a.format); ++x)
      worst = std::max(worst, std::abs(a.row(y)[x] - b.row(y)[x]));
  EXPECT_LE(worst, 1);
}

TEST_F(RefineStage, OtherModesAreAsTheyWere) {
  Models models("modes");
  models.set({0.3f, 0});
  for (const Mode mode : {Mode::kFast, Mode::kBalanced}) {
    const Engine one = engine(models, mode);
    EXPECT_FALSE(is_named(one.networks()));
    const Fused found = fuse(one);
    EXPECT_FALSE(ran(found.report));
    EXPECT_FALSE(is_named(found.label.models));
  }
  const Engine every = engine(models, Mode::kHd, true);
  EXPECT_TRUE(is_named(every.networks()));
  EXPECT_TRUE(ran(fuse(every, {.mode = Mode::kHd}).report));
  const Fused balanced = fuse(every, {.mode = Mode::kBalanced});
  EXPECT_FALSE(ran(balanced.report));
  EXPECT_FALSE(is_named(balanced.label.models));
  EXPECT_EQ(balanced.report.network, "fuse_small");
}

TEST_F(RefineStage, TheTimeBudgetDecidesAboutItToo) {
  Models models("budget");
  models.set({0.3f, 0});
  const Engine every = engine(models, Mode::kHd, true);
  const Fused rich = fuse(every, {.mode = Mode::kHd, .budget_ms = 1e6});
  EXPECT_TRUE(ran(rich.report));
  EXPECT_TRUE(is_named(rich.label.models));
  const Fused poor = fuse(every, {.mode = Mode::kHd, .budget_ms = 0.01});
  EXPECT_FALSE(ran(poor.report));
  EXPECT_FALSE(is_named(poor.label.models));
}

TEST_F(RefineStage, ClipsGoWithoutIt) {
  Models models("clips");
  models.set({0.3f, 0});
  const Engine hd = engine(models, Mode::kHd), streams = hd.for_streams(false);
  EXPECT_FALSE(is_named(streams.networks()));
  for (const Engine* one : {&hd, &streams}) {
    Session session = one->open_session();
    FaceTracker tracker;
    FusedImage out;
    const auto report = session.fuse_next(target_->view(), 0, tracker, *source_, {}, out);
    ASSERT_TRUE(report.ok()) << report.status().message();
    EXPECT_EQ(report->fused_count(), 1);
    EXPECT_EQ(report->network, "fuse_base");
    EXPECT_FALSE(ran(*report));
    EXPECT_FALSE(is_named(out.provenance().models));
  }
}

TEST_F(RefineStage, ABrokenRowIsRefusedWhereItMatters) {
  Models models("broken");
  models.set({0, 0});
  models.row()["parameters"]["residual_kept"] = -1;
  models.write();
  const auto hd = Engine::create({models.folder(), 1, Mode::kHd});
  ASSERT_FALSE(hd.ok());
  EXPECT_EQ(hd.status().code(), Code::kModelRefused);
  EXPECT_NE(hd.status().message().find("network refine: residual_kept is -1"), std::string::npos)
      << hd.status().message();
  EXPECT_TRUE(Engine::create({models.folder(), 1, Mode::kBalanced}).ok());
}

TEST_F(RefineStage, WithoutTheNetworkBeforeItItStaysOut) {
  Models models("alone");
  models.set({0.3f, 0});
  const fs::path manifest = models.folder() / "manifest.json";
  json all;
  std::ifstream(manifest) >> all;
  all["networks"].erase("fuse_base");
  std::ofstream(manifest) << all;
  const Fused found = fuse(engine(models, Mode::kHd));
  EXPECT_FALSE(ran(found.report));
  EXPECT_EQ(found.report.network, "fuse_small");
}

}  // namespace
}  // namespace mien
