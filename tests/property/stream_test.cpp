// What holds for streams: a photo becomes a clip with a camera's noise, and the tracker has to be steady on
// it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <random>

#include "mien/engine.h"
#include "mien/media.h"
#include "mien/video.h"
#include "pipeline/enrol.h"

namespace mien {
namespace {

const std::string kRoot = MIEN_SOURCE_DIR;

class Stream : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto engine = Engine::create({kRoot + "/models", 1, Mode::kFast});
    ASSERT_TRUE(engine.ok()) << engine.status().message();
    engine_ = new Engine(std::move(*engine));
    auto source = read_photo(kRoot + "/examples/source_1.jpg"),
         target = read_photo(kRoot + "/examples/target_1.jpg");
    ASSERT_TRUE(source.ok() && target.ok());
    target_ = new Image(std::move(target->image));
    auto enrolled = engine_->open_session().enrol(source->image.view());
    ASSERT_TRUE(enrolled.ok());
    source_ = new Source(std::move(*enrolled));
  }
  static void TearDownTestSuite() { delete source_, delete target_, delete engine_; }

  // The photo moved to the right by whole pixels, with noise of this frame alone.
  static Image frame_of(int frame, int shift_px, float noise) {
    std::mt19937 random(static_cast<unsigned>(frame) + 1);
    std::normal_distribution<float> normal(0, noise);
    Image out(target_->width(), target_->height(), PixelFormat::kRgb8);
    for (int y = 0; y < out.height(); ++y) {
      for (int x = 0; x < out.width(); ++x) {
        const std::uint8_t* p = target_->view().row(y) + 3 * std::max(0, x - shift_px);
        for (int c = 0; c < 3; ++c)
          out.mutable_view().row(y)[3 * x + c] = static_cast<std::uint8_t>(
              std::clamp(static_cast<float>(p[c]) + normal(random) + 0.5f, 0.0f, 255.0f));
      }
    }
    return out;
  }

  // Strength 0: the faces are followed, nothing is drawn.
  static std::vector<Mesh> follow(int frames, int step_px, float noise, bool steady) {
    Session session = engine_->open_session();
    FaceTracker tracker({10, steady});
    FusedImage out;
    std::vector<Mesh> meshes;
    for (int i = 0; i < frames; ++i) {
      const auto report = session.fuse_next(frame_of(i, i * step_px, noise).view(), 0.04 * i, tracker,
                                            *source_, {.strength = 0}, out);
      EXPECT_TRUE(report.ok() && report->faces.size() == 1u) << "frame " << i;
      if (!report.ok() || report->faces.size() != 1) return {};
      EXPECT_EQ(report->faces[0].number, 1);
      meshes.push_back(report->faces[0].face.mesh);
    }
    return meshes;
  }

  static double jitter_px(const std::vector<Mesh>& meshes, std::size_t from) {
    double sum = 0;
    for (std::size_t i = from; i < meshes.size(); ++i) {
      for (int p = 0; p < kMeshPoints; ++p)
        sum += std::pow(meshes[i][p].x - meshes[i - 1][p].x, 2) +
               std::pow(meshes[i][p].y - meshes[i - 1][p].y, 2);
    }
    return std::sqrt(sum / static_cast<double>((meshes.size() - from) * kMeshPoints));
  }

  static Engine* engine_;
  static Image* target_;
  static Source* source_;
};
Engine* Stream::engine_ = nullptr;
Image* Stream::target_ = nullptr;
Source* Stream::source_ = nullptr;

// Networks run in some frames and are held in others: six frames of fast see both.
TEST_F(Stream, ResultDoesNotDependOnThreadCount) {
  std::vector<Image> expected;
  for (const int threads : {1, 2, 3}) {
    auto engine = Engine::create({kRoot + "/models", threads, Mode::kFast});
    ASSERT_TRUE(engine.ok()) << engine.status().message();
    Session session = engine->open_session();
    FaceTracker tracker;
    FusedImage out;
    for (std::size_t i = 0; i < 6; ++i) {
      const int frame = static_cast<int>(i);
      const auto report =
          session.fuse_next(frame_of(frame, frame, 3).view(), 0.04 * frame, tracker, *source_, {}, out);
      ASSERT_TRUE(report.ok()) << report.status().message();
      EXPECT_EQ(report->fused_count(), 1) << "frame " << i;
      if (threads == 1) {
        expected.push_back(Image::copy_of(out.view()));
        continue;
      }
      const ImageView a = expected[i].view(), b = out.view();
      ASSERT_EQ(a.height, b.height);
      for (int y = 0; y < a.height; ++y)
        ASSERT_TRUE(std::equal(a.row(y), a.row(y) + 3 * a.width, b.row(y)))
            << threads << " threads, frame " << i << ", row " << y;
    }
  }
}

TEST_F(Stream, ShakesAThirdOfWhatTheNetworkDoes) {
  const double plain = jitter_px(follow(40, 0, 6, false), 10), steady = jitter_px(follow(40, 0, 6, true), 10);
  RecordProperty("plain_px_x1000", static_cast<int>(1000 * plain));
  RecordProperty("steady_px_x1000", static_cast<int>(1000 * steady));
  EXPECT_GT(plain, 0.01);
  EXPECT_LT(steady, plain / 3);
}

TEST_F(Stream, FollowsAMovingFaceWithinAFrame) {
  constexpr int kStep = 3;
  const std::vector<Mesh> plain = follow(25, kStep, 3, false), steady = follow(25, kStep, 3, true);
  ASSERT_EQ(plain.size(), steady.size());
  for (std::size_t i = 5; i < plain.size(); ++i) {
    double lag = 0;
    for (int p = 0; p < kMeshPoints; ++p) lag += (plain[i][p].x - steady[i][p].x) / (kStep * kMeshPoints);
    EXPECT_LT(lag, 1.0) << "frame " << i;
    EXPECT_GT(lag, -1.0) << "frame " << i;
  }
}

// What mien video --resume rests on: were a member of the tracker's state forgotten, meshes or pixels would
// part.
TEST_F(Stream, GoesOnFromASavedStateAsIfItHadNotStopped) {
  FusedImage out;
  std::vector<Mesh> meshes[2];
  std::vector<Image> pictures[2];
  for (const bool stopped : {false, true}) {
    std::optional<Session> session(engine_->open_session());
    FaceTracker tracker({5, true});
    for (int i = 0; i < 13; ++i) {
      const std::vector<std::uint8_t> saved = i == 7 ? tracker.save() : std::vector<std::uint8_t>();
      if (stopped && i == 7) {
        tracker = FaceTracker({5, true});
        ASSERT_TRUE(tracker.restore(saved).ok());
        session.emplace(engine_->open_session());
      }
      const auto report =
          session->fuse_next(frame_of(i, 2 * i, 4).view(), 0.04 * i, tracker, *source_, {}, out);
      ASSERT_TRUE(report.ok() && report->faces.size() == 1u) << i;
      EXPECT_EQ(report->faces[0].number, 1);
      EXPECT_TRUE(report->faces[0].fused);
      pictures[stopped].push_back(Image::copy_of(out.view()));
      meshes[stopped].push_back(report->faces[0].face.mesh);
    }
  }
  for (std::size_t i = 0; i < meshes[0].size(); ++i) {
    for (int p = 0; p < kMeshPoints; ++p) {
      ASSERT_EQ(meshes[0][i][p].x, meshes[1][i][p].x) << "frame " << i;
      ASSERT_EQ(meshes[0][i][p].y, meshes[1][i][p].y) << "frame " << i;
      ASSERT_EQ(meshes[0][i][p].z, meshes[1][i][p].z) << "frame " << i;
    }
    const ImageView a = pictures[0][i].view(), b = pictures[1][i].view();
    ASSERT_EQ(std::memcmp(a.data, b.data, static_cast<std::size_t>(a.stride_bytes) * a.height), 0) << i;
  }
}

bool ran(const FusionReport& report, const std::string& stage) {
  return std::any_of(report.stages.begin(), report.stages.end(),
                     [&](const StageReport& s) { return s.stage == stage; });
}

// Who looks aside in frames 3 to 15 is seen to do so in six, fades out over three, and is back after six
// good frames.
TEST_F(Stream, AHeadThatLooksAsideFadesOutRestsAndComesBackAlsoFromASavedState) {
  auto photo = read_photo(kRoot + "/examples/source_1.jpg");
  ASSERT_TRUE(photo.ok());
  auto aside = engine_->open_session().enrol(photo->image.view());
  ASSERT_TRUE(aside.ok());
  // A target that looks ahead is now beyond the gap that is fused. The content is this test's alone.
  const_cast<Source::Content&>(aside->content()).face.pose.yaw_deg = 100;
  std::vector<Image> pictures[2];
  for (const bool stopped : {false, true}) {
    Session session = engine_->open_session();
    FaceTracker tracker({50, true});
    FusedImage out;
    std::size_t size_shown = 0;
    for (int i = 0; i < 25; ++i) {
      if (i == 3) size_shown = tracker.save().size();
      if (i == 15) EXPECT_LT(tracker.save().size(), size_shown) << "nothing is kept of a face at rest";
      const std::vector<std::uint8_t> saved = i == 9 ? tracker.save() : std::vector<std::uint8_t>();
      if (stopped && i == 9) {
        tracker = FaceTracker({50, true});
        ASSERT_TRUE(tracker.restore(saved).ok());
      }
      const bool looks_aside = i >= 3 && i < 16, is_shown = i < 10 || i >= 21;
      const auto report = session.fuse_next(frame_of(i, 0, 3).view(), 0.04 * i, tracker,
                                            looks_aside ? *aside : *source_, {}, out);
      ASSERT_TRUE(report.ok() && report->faces.size() == 1u) << report.status().message();
      EXPECT_EQ(report->faces[0].fused, is_shown) << i;
      EXPECT_EQ(report->faces[0].note, is_shown ? "" : "the head looks too far aside") << i;
      EXPECT_EQ(report->faces[0].pose_gap_deg > 75, looks_aside) << i;
      if (!is_shown) EXPECT_FALSE(ran(*report, "parse") || ran(*report, "coarse")) << "at rest, frame " << i;
      if (i == 21) EXPECT_TRUE(ran(*report, "parse")) << "what was seen before is old";
      pictures[stopped].push_back(Image::copy_of(out.view()));
    }
  }
  for (std::size_t i = 0; i < pictures[0].size(); ++i) {
    const ImageView a = pictures[0][i].view(), b = pictures[1][i].view();
    ASSERT_EQ(std::memcmp(a.data, b.data, static_cast<std::size_t>(a.stride_bytes) * a.height), 0) << i;
  }
}

TEST_F(Stream, AnEngineForStreamsGivesTheSamePicturesAndNamesTheSameNetworks) {
  const Engine streams = engine_->for_streams(false);
  EXPECT_EQ(streams.networks(), engine_->networks());
  EXPECT_FALSE(streams.knows_identities());
  EXPECT_TRUE(engine_->for_streams(true).knows_identities());
  Session all = engine_->open_session(), some = streams.open_session();
  FaceTracker first, second;
  FusedImage a, b;
  for (int i = 0; i < 3; ++i) {
    const Image frame = frame_of(i, 2 * i, 2);
    ASSERT_TRUE(all.fuse_next(frame.view(), 0.04 * i, first, *source_, {}, a).ok());
    ASSERT_TRUE(some.fuse_next(frame.view(), 0.04 * i, second, *source_, {}, b).ok());
    for (int y = 0; y < frame.height(); ++y)
      ASSERT_TRUE(std::equal(a.view().row(y), a.view().row(y) + 3 * frame.width(), b.view().row(y)));
  }
}

TEST_F(Stream, RefusesADamagedState) {
  FaceTracker tracker;
  std::vector<std::uint8_t> saved = tracker.save();
  saved[saved.size() / 2] ^= 1;
  EXPECT_EQ(tracker.restore(saved).status().code(), Code::kUnreadable);
  saved.resize(10);
  EXPECT_EQ(tracker.restore(saved).status().code(), Code::kUnreadable);
  EXPECT_EQ(tracker.restore({}).status().code(), Code::kUnreadable);
}

TEST_F(Stream, FusesTheFirstFrameAtOnceAndFadesNothingOverACut) {
  Session session = engine_->open_session();
  FaceTracker tracker;
  FusedImage out;
  const Image empty(target_->width(), target_->height(), PixelFormat::kRgb8), face = frame_of(0, 0, 0);
  auto first = session.fuse_next(face.view(), 0, tracker, *source_, {}, out);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->fused_count(), 1);
  EXPECT_TRUE(out.provenance().visible_mark);
  // A grey frame is another shot: nothing fades over a cut.
  auto second = session.fuse_next(empty.view(), 0.04, tracker, *source_, {}, out);
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->faces.empty());
  EXPECT_EQ(tracker.cuts_seen(), 1);
  EXPECT_EQ(tracker.faces_seen(), 1);
}

// Dark frames of glasses around the photo's eyes. rims: where they are.
Image with_glasses(const Image& photo, const Mesh& mesh, std::vector<std::size_t>* rims) {
  Image out = photo.clone();
  const Point2f right{mesh[468].x, mesh[468].y}, left{mesh[473].x, mesh[473].y};  // middles of the irises
  const float apart = left.x - right.x, level = 0.5f * (right.y + left.y);
  const float half = 0.36f * apart, thick = 0.045f * apart;
  const auto is_rim = [&](float x, float y) {
    for (const Point2f& eye : {right, left}) {
      const float from = std::hypot(x - eye.x, 1.25f * (y - eye.y));
      if (from > half && from < half + thick) return true;
    }
    const float beyond = half + thick;
    const bool bar = std::abs(y - level + 0.08f * apart) < 0.5f * thick;
    return bar && ((x > right.x + half && x < left.x - half) ||
                   (x < right.x - beyond && x > right.x - beyond - 0.3f * apart) ||
                   (x > left.x + beyond && x < left.x + beyond + 0.3f * apart));
  };
  for (int y = 0; y < out.height(); ++y) {
    for (int x = 0; x < out.width(); ++x) {
      if (!is_rim(static_cast<float>(x), static_cast<float>(y))) continue;
      std::fill_n(out.mutable_view().row(y) + 3 * x, 3, std::uint8_t{25});
      rims->push_back(static_cast<std::size_t>(y) * out.width() + x);
    }
  }
  return out;
}

TEST_F(Stream, FramesOfGlassesStayWholeAndAnEngineForStreamsSeesThemAsWell) {
  Session photos = engine_->open_session();
  const auto found = photos.find_faces(target_->view());
  ASSERT_TRUE(found.ok() && found->size() == 1u);
  std::vector<std::size_t> rims;
  const Image worn = with_glasses(*target_, (*found)[0].mesh, &rims);
  Session session = engine_->open_session(), lean = engine_->for_streams(false).open_session();
  FaceTracker tracker, lean_tracker;
  FusedImage out, lean_out;
  for (int i = 0; i < 10; ++i) {
    const auto report = session.fuse_next(worn.view(), 0.04 * i, tracker, *source_, {}, out);
    const auto lean_report = lean.fuse_next(worn.view(), 0.04 * i, lean_tracker, *source_, {}, lean_out);
    ASSERT_TRUE(report.ok() && lean_report.ok());
    if (i < 4) continue;  // the face fades in
    std::size_t broken = 0;
    for (const std::size_t at : rims) {
      const auto x = static_cast<int>(at % static_cast<std::size_t>(worn.width())),
                 y = static_cast<int>(at / static_cast<std::size_t>(worn.width()));
      broken += out.view().row(y)[3 * x + 1] > 70;
      for (int c = 0; c < 3; ++c) ASSERT_EQ(out.view().row(y)[3 * x + c], lean_out.view().row(y)[3 * x + c]);
    }
    EXPECT_LT(broken, rims.size() / 10) << "of " << rims.size() << " in frame " << i;
  }
}

}  // namespace
}  // namespace mien
