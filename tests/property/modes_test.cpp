// What holds for an engine with the weights of every mode.
#include <gtest/gtest.h>

#include <cstring>

#include "example_pair.h"
#include "mien/video.h"

namespace mien {
namespace {

class Modes : public ExamplePair {
 protected:
  static void SetUpTestSuite() {
    EngineOptions options{kRoot + "/models", 1};
    options.every_mode = true;
    make_pair(options, "target_1.jpg");
  }

  static Image fuse(const Engine& engine, const FusionOptions& options, FusionReport* report = nullptr) {
    FusedImage out;
    auto done = engine.open_session().fuse(target_->view(), *source_, options, out);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.status().message());
    if (done.ok() && report) *report = *done;
    return Image::copy_of(out.view());
  }

  static double mean_difference(ImageView a, ImageView b) {
    double sum = 0;
    const int row = a.width * channel_count(a.format);
    for (int y = 0; y < a.height; ++y)
      for (int x = 0; x < row; ++x) sum += std::abs(a.row(y)[x] - b.row(y)[x]);
    return sum / (static_cast<double>(row) * a.height);
  }
};

TEST_F(Modes, AreListedFromTheSimplestOnEachOnce) {
  const std::vector<Mode> modes = engine_->modes();
  ASSERT_GE(modes.size(), 2u);
  EXPECT_EQ(modes.front(), Mode::kFast);
  for (std::size_t i = 1; i < modes.size(); ++i) EXPECT_LT(modes[i - 1], modes[i]);
}

TEST_F(Modes, GiveThePictureThatAnEngineOfThatModeAloneGives) {
  for (const Mode mode : engine_->modes()) {
    const auto alone = Engine::create({kRoot + "/models", 1, mode});
    ASSERT_TRUE(alone.ok());
    FusionOptions options;
    options.mode = mode;
    FusionReport report, of_alone;
    const Image here = fuse(*engine_, options, &report), there = fuse(*alone, {}, &of_alone);
    EXPECT_EQ(mean_difference(here.view(), there.view()), 0);
    EXPECT_EQ(report.mode, mode);
    EXPECT_EQ(report.network, of_alone.network);
    EXPECT_TRUE(report.network.starts_with(alone->fusion_network())) << "hd: and what refines its photos";
  }
}

TEST_F(Modes, OfAPhotoFollowItsTimeBudget) {
  FusionOptions options;
  options.mode = Mode::kHd;
  FusionReport report;
  options.budget_ms = 1e6;
  fuse(*engine_, options, &report);
  EXPECT_EQ(report.mode, engine_->modes().back());
  options.budget_ms = 0.01;
  FusedImage out;
  const auto done = engine_->open_session().fuse(target_->view(), *source_, options, out);
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->mode, engine_->modes().front());
  EXPECT_EQ(done->fused_count(), 1) << "the simplest, not nothing";
  const bool names_a_network =
      std::any_of(out.provenance().models.begin(), out.provenance().models.end(),
                  [](const std::string& model) { return model.starts_with("fuse_"); });
  EXPECT_EQ(names_a_network, !done->network.empty()) << "the label names what was used, no more";
  options.budget_ms = 0;
  EXPECT_EQ(engine_->open_session().fuse(target_->view(), *source_, options, out).status().code(),
            Code::kInvalidArgument);
}

// A face that stands still: what was seen of it some frames ago is as good as a new look.
TEST_F(Modes, OfAStreamMayLookAtTheRegionsNowAndThen) {
  Session every = engine_->open_session(), sparse = engine_->open_session();
  FaceTracker all, few({10, true, 4});
  FusionOptions options;
  options.mode = Mode::kBalanced;  // looks every second frame by itself
  FusedImage a, b;
  for (int i = 0; i < 9; ++i) {
    const auto one = every.fuse_next(target_->view(), 0.04 * i, all, *source_, options, a);
    const auto other = sparse.fuse_next(target_->view(), 0.04 * i, few, *source_, options, b);
    ASSERT_TRUE(one.ok() && other.ok());
    const auto looked = [](const FusionReport& report) {
      return std::any_of(report.stages.begin(), report.stages.end(),
                         [](const StageReport& s) { return s.stage == "parse"; });
    };
    EXPECT_EQ(looked(*one), i % 2 == 0) << i;
    EXPECT_EQ(looked(*other), i % 4 == 0) << i;
    EXPECT_LE(mean_difference(a.view(), b.view()), i == 0 ? 0 : 0.1) << i;
  }
}

// Saving makes the next frame look anew, in the run that goes on as in the one that is taken up again.
TEST_F(Modes, OfAStreamGoOnFromASavedStateBetweenTwoLooks) {
  Image last[2];
  for (const bool stopped : {false, true}) {
    Session session = engine_->open_session();
    FaceTracker tracker({10, true, 5});
    FusedImage out;
    for (int i = 0; i < 8; ++i) {
      const std::vector<std::uint8_t> saved = i == 7 ? tracker.save() : std::vector<std::uint8_t>();
      if (stopped && i == 7) {
        tracker = FaceTracker({10, true, 5});
        ASSERT_TRUE(tracker.restore(saved).ok());
      }
      ASSERT_TRUE(session.fuse_next(target_->view(), 0.04 * i, tracker, *source_, {}, out).ok());
    }
    last[stopped] = Image::copy_of(out.view());
  }
  EXPECT_EQ(mean_difference(last[0].view(), last[1].view()), 0);
}

TEST_F(Modes, OfAStreamChangeFromOneFrameToTheNext) {
  Session session = engine_->open_session();
  FaceTracker tracker;
  FusedImage out;
  FusionOptions options;
  int frame = 0;
  for (const Mode mode : {Mode::kFast, Mode::kHd, Mode::kFast}) {
    options.mode = mode;
    tracker.set_options({mode == Mode::kFast ? 1000 : 1, true, 1});
    const auto report = session.fuse_next(target_->view(), 0.04 * frame++, tracker, *source_, options, out);
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->mode, mode == Mode::kFast ? Mode::kFast : engine_->modes().back());
    EXPECT_EQ(report->faces.at(0).number, 1) << "the face stays the same";
  }
}

}  // namespace
}  // namespace mien
