// Looking at the next frame while this one is fused changes when things are done, never what comes out.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "core/resample.h"
#include "mien/engine.h"
#include "mien/media.h"
#include "mien/video.h"

namespace mien {
namespace {

const std::string kRoot = MIEN_SOURCE_DIR;
constexpr int kTile = 220, kGap = 12;

// What one frame gave.
struct Outcome {
  Image picture;
  FusionReport report;
};

class Ahead : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    session_ = std::make_unique<Session>(engine_of(1, Mode::kFast).open_session());
    for (const char* name : {"source_1.jpg", "source_2.jpg"}) {
      auto source = session_->enrol(example(name).view());
      ASSERT_TRUE(source.ok()) << source.status().message();
      sources_.push_back(std::move(*source));
    }
    auto reference = session_->enrol(example("target_3.jpg").view());
    ASSERT_TRUE(reference.ok() && reference->identity());
    reference_ = *reference->identity();
    left_ = tile("target_1.jpg"), right_ = tile("target_3.jpg");
  }
  static void TearDownTestSuite() { sources_.clear(), session_.reset(); }

  static Engine engine_of(int threads, Mode mode) {
    auto engine = Engine::create({kRoot + "/models", threads, mode});
    EXPECT_TRUE(engine.ok());
    return std::move(*engine);
  }

  static Image example(const std::string& name) {
    auto photo = read_photo(kRoot + "/examples/" + name);
    EXPECT_TRUE(photo.ok());
    return std::move(photo->image);
  }

  static Image tile(const std::string& name) {
    const Image photo = example(name);
    const float k = static_cast<float>(kTile) / static_cast<float>(std::min(photo.width(), photo.height()));
    PlanarRgb pixels;
    sample_affine(photo.view(), {k, 0, 0, 0, k, 0}, kTile, kTile, &pixels);
    Image out(kTile, kTile, PixelFormat::kRgb8);
    for (std::size_t i = 0; i < pixels.plane(); ++i) {
      for (int c = 0; c < 3; ++c)
        out.mutable_view().data[3 * i + c] = static_cast<std::uint8_t>(pixels.channel(c)[i] + 0.5f);
    }
    return out;
  }

  // Who is there: '<' the left one, '>' the right one, '=' both, '.' nobody, '*' both in another shot, their
  // places changed.
  static Image frame_of(char who, int frame) {
    Image out(2 * (kTile + kGap), kTile + 10, PixelFormat::kRgb8);
    const bool other_shot = who == '*';
    std::memset(out.mutable_view().data, other_shot ? 200 : 90,
                static_cast<std::size_t>(out.view().stride_bytes) * out.height());
    const auto put = [&](const Image& from, int x0) {
      for (int y = 0; y < kTile; ++y)
        std::memcpy(out.mutable_view().row(y + frame % 10) + 3 * (x0 + frame % 6), from.view().row(y),
                    static_cast<std::size_t>(3) * kTile);
    };
    if (who != '.' && who != '>') put(left_, other_shot ? kTile + kGap : 0);
    if (who != '.' && who != '<') put(right_, other_shot ? 0 : kTile + kGap);
    return out;
  }

  static std::vector<Casting> cast() { return {{&sources_[0], nullptr}, {&sources_[1], &reference_}}; }

  // Beside the places that it names, the picture is the frame, bit by bit.
  static void expect_changed_where_it_says(ImageView frame, const FusedImage& fused) {
    int elsewhere = 0;
    for (int y = 0; y < frame.height; ++y) {
      for (int x = 0; x < frame.width; ++x) {
        const bool named =
            std::any_of(fused.changed().begin(), fused.changed().end(),
                        [&](const PixelRect& r) { return x >= r.x0 && x < r.x1 && y >= r.y0 && y < r.y1; });
        elsewhere += !named && std::memcmp(frame.row(y) + 3 * x, fused.view().row(y) + 3 * x, 3) != 0;
      }
    }
    EXPECT_EQ(elsewhere, 0);
  }

  // A stream of these frames. saved_after: the tracker is saved, and another one goes on, after that many.
  static std::vector<Outcome> run(const std::string& people, Mode mode, int threads, bool ahead,
                                  std::size_t saved_after = 0) {
    const Engine engine = engine_of(threads, mode);
    Session session = engine.open_session();
    FaceTracker tracker;
    FusedImage fused;
    std::vector<Outcome> out;
    const std::vector<Image> frames = frames_of(people);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      LookAhead look;
      int finished = 0;
      if (ahead && i + 1 != saved_after) look.next = [&] { return frame_at(frames, i + 1); };
      look.finished = [&](const FusionReport&) {
        ++finished;
        expect_changed_where_it_says(frames[i].view(), fused);
        out.push_back({Image::copy_of(fused.view()), {}});
      };
      auto report = session.fuse_next(frames[i].view(), seconds(i), tracker, cast(), {}, fused, look);
      EXPECT_TRUE(report.ok()) << i << ": " << report.status().message();
      EXPECT_EQ(finished, 1);
      if (!report.ok()) return {};
      out.back().report = std::move(*report);
      if (i + 1 != saved_after) continue;
      const auto saved = tracker.save();
      tracker = FaceTracker();
      EXPECT_TRUE(tracker.restore(saved).ok());
    }
    return out;
  }

  static double seconds(std::size_t frame) { return 0.04 * static_cast<double>(frame); }
  static std::vector<Image> frames_of(const std::string& people) {
    std::vector<Image> out;
    for (std::size_t i = 0; i < people.size(); ++i) out.push_back(frame_of(people[i], static_cast<int>(i)));
    return out;
  }
  static std::optional<StreamFrame> frame_at(const std::vector<Image>& frames, std::size_t number) {
    if (number >= frames.size()) return std::nullopt;
    return StreamFrame{frames[number].view(), seconds(number)};
  }

  static void expect_equal(const std::vector<Outcome>& a, const std::vector<Outcome>& b,
                           const std::string& what) {
    ASSERT_EQ(a.size(), b.size()) << what;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const ImageView p = a[i].picture.view(), q = b[i].picture.view();
      for (int y = 0; y < p.height; ++y)
        ASSERT_EQ(std::memcmp(p.row(y), q.row(y), static_cast<std::size_t>(3) * p.width), 0)
            << what << ", frame " << i << ", row " << y;
      ASSERT_EQ(a[i].report.faces.size(), b[i].report.faces.size()) << what << ", frame " << i;
      EXPECT_EQ(a[i].report.missing.size(), b[i].report.missing.size()) << what << ", frame " << i;
      for (std::size_t k = 0; k < a[i].report.faces.size(); ++k) {
        const FaceReport &f = a[i].report.faces[k], &g = b[i].report.faces[k];
        EXPECT_EQ(std::tie(f.number, f.fused, f.note, f.casting, f.pose_gap_deg, f.skin_delta_e_after),
                  std::tie(g.number, g.fused, g.note, g.casting, g.pose_gap_deg, g.skin_delta_e_after))
            << what << ", frame " << i;
      }
    }
  }

  inline static std::unique_ptr<Session> session_;
  inline static std::vector<Source> sources_;
  inline static Identity reference_;
  inline static Image left_, right_;
};

// Two faces, of which one leaves and returns; nobody; a cut.
const std::string kPeople = "=====<<<<<=====..====****";

TEST_F(Ahead, PicturesAndReportsAreThoseOfOneFrameAfterTheOther) {
  for (const Mode mode : {Mode::kFast, Mode::kBalanced}) {
    const auto expected = run(kPeople, mode, 1, false);
    EXPECT_EQ(expected[4].report.fused_count(), 2);
    EXPECT_EQ(expected[9].report.fused_count(), 1);
    EXPECT_EQ(expected[14].report.fused_count(), 2);
    EXPECT_EQ(expected[16].report.faces.size(), 0u);
    EXPECT_EQ(expected.back().report.fused_count(), 2);
    EXPECT_GT(expected.back().report.faces[0].number, 2) << "a cut";
    expect_equal(expected, run(kPeople, mode, 2, true), "two threads");
    if (mode == Mode::kFast) {
      expect_equal(expected, run(kPeople, mode, 3, true), "three threads");
      expect_equal(expected, run(kPeople, mode, 2, false), "two threads, not ahead");
      expect_equal(expected, run(kPeople, mode, 1, true), "one thread, which looks at nothing ahead");
    }
  }
}

TEST_F(Ahead, AStreamThatIsTakenUpAgainGivesTheSamePictures) {
  const std::string people = "====<<==<==";
  const auto expected = run(people, Mode::kFast, 1, false, 6);
  expect_equal(expected, run(people, Mode::kFast, 2, true, 6), "two threads");
}

TEST_F(Ahead, AnErrorInTheNextFrameIsToldWhenItIsDue) {
  Session session = engine_of(2, Mode::kFast).open_session();
  FaceTracker tracker;
  FusedImage out;
  const Image first = frame_of('=', 0), second = frame_of('=', 1);
  const ImageView broken{nullptr, 640, 360, 640 * 3, PixelFormat::kRgb8};
  const auto next = [&](const ImageView& frame, const LookAhead& look) {
    return session.fuse_next(frame, 0.04, tracker, cast(), {}, out, look);
  };
  const LookAhead to_broken{[&] { return StreamFrame{broken, 0.04}; }, {}};
  ASSERT_TRUE(session.fuse_next(first.view(), 0, tracker, cast(), {}, out, to_broken).ok());
  EXPECT_EQ(next(broken, {}).status().code(), Code::kInvalidArgument);
  // The stream goes on with the next good one.
  const LookAhead throws{[]() -> std::optional<StreamFrame> { throw std::runtime_error("no more film"); },
                         {}};
  const auto done = next(second.view(), throws);
  ASSERT_TRUE(done.ok()) << done.status().message();
  EXPECT_EQ(done->fused_count(), 2);
  const auto late = session.fuse_next(first.view(), 0.08, tracker, cast(), {}, out);
  ASSERT_FALSE(late.ok());
  EXPECT_NE(late.status().message().find("no more film"), std::string::npos);
  EXPECT_TRUE(session.fuse_next(first.view(), 0.08, tracker, cast(), {}, out).ok());
}

TEST_F(Ahead, AnErrorAfterFusingLeavesTheNextFrameUntouched) {
  const auto expected = run("===", Mode::kFast, 1, false);
  Session session = engine_of(2, Mode::kFast).open_session();
  FaceTracker tracker;
  FusedImage out;
  const std::vector<Image> frames = frames_of("===");
  for (std::size_t i = 0; i < 3; ++i) {
    LookAhead look{[&] { return frame_at(frames, i + 1); }, {}};
    if (i == 1) look.finished = [](const FusionReport&) { throw std::runtime_error("full"); };
    const auto report = session.fuse_next(frames[i].view(), seconds(i), tracker, cast(), {}, out, look);
    ASSERT_EQ(report.ok(), i != 1);
    if (i == 1) {
      EXPECT_NE(report.status().message().find("full"), std::string::npos);
      EXPECT_TRUE(out.empty());  // nothing without its record
      continue;
    }
    EXPECT_EQ(std::memcmp(out.view().data, expected[i].picture.view().data,
                          static_cast<std::size_t>(out.view().stride_bytes) * out.view().height),
              0)
        << i;
  }
}

TEST_F(Ahead, AFrameThatWasNotAnnouncedIsRefusedOnce) {
  Session session = engine_of(2, Mode::kFast).open_session();
  FaceTracker tracker;
  FusedImage out;
  const Image first = frame_of('=', 0), second = frame_of('=', 1);
  const LookAhead look{[&] { return StreamFrame{second.view(), 0.04}; }, {}};
  ASSERT_TRUE(session.fuse_next(first.view(), 0, tracker, cast(), {}, out, look).ok());
  const auto other = session.fuse_next(first.view(), 0.08, tracker, cast(), {}, out, look);
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.status().code(), Code::kInvalidArgument);
  EXPECT_NE(other.status().message().find("0.04"), std::string::npos) << other.status().message();
  EXPECT_TRUE(session.fuse_next(first.view(), 0.08, tracker, cast(), {}, out).ok());
}

TEST_F(Ahead, AStreamMayEndWithAFrameThatNobodyAsksFor) {
  const Image first = frame_of('=', 0), second = frame_of('=', 1);
  for (int round = 0; round < 3; ++round) {
    FusedImage out;
    FaceTracker tracker;
    Session session = engine_of(2, Mode::kFast).open_session();
    const LookAhead look{[&] { return StreamFrame{second.view(), 0.04}; }, {}};
    ASSERT_TRUE(session.fuse_next(first.view(), 0, tracker, cast(), {}, out, look).ok());
  }
}

}  // namespace
}  // namespace mien
