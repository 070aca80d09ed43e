// Laws that hold for every fusion, tried on the example pictures.
#include <gtest/gtest.h>

#include <cstring>

#include "example_pair.h"
#include "mien/video.h"

namespace mien {
namespace {

class Laws : public ExamplePair {
 protected:
  static void SetUpTestSuite() { make_pair({kRoot + "/models", 1}, "target_2.jpg"); }

  static Image fuse(ImageView target, FusionOptions options, int threads = 1,
                    FusionReport* report_out = nullptr) {
    auto engine = Engine::create({kRoot + "/models", threads});
    FusedImage out;
    auto report = engine->open_session().fuse(target, *source_, options, out);
    EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.status().message());
    if (report_out && report.ok()) *report_out = *report;
    return Image::copy_of(out.view());
  }

  static int different_bytes(const Image& a, const Image& b) {
    const std::size_t size = static_cast<std::size_t>(a.view().stride_bytes) * a.height();
    int count = 0;
    for (std::size_t i = 0; i < size; ++i) count += a.view().data[i] != b.view().data[i];
    return count;
  }
};

TEST_F(Laws, StrengthZeroReturnsTheInput) {
  FusionReport report;
  const Image out = fuse(target_->view(), {.strength = 0}, 1, &report);
  EXPECT_EQ(different_bytes(out, *target_), 0);
  EXPECT_EQ(report.fused_count(), 0);
  EXPECT_EQ(report.faces.size(), 2u);
}

// What a face is made of does not depend on how much of it is shown; its shape does, so that the source is the
// target itself.
TEST_F(Laws, HalfTheStrengthIsHalfWay) {
  auto engine = Engine::create({kRoot + "/models", 1});
  auto photo = read_photo(kRoot + "/examples/source_1.jpg");
  ASSERT_TRUE(engine.ok() && photo.ok());
  Session session = engine->open_session();
  auto own = session.enrol(photo->image.view());
  ASSERT_TRUE(own.ok());
  const ImageView target = photo->image.view();
  FusedImage whole, half;
  ASSERT_TRUE(session.fuse(target, *own, {.visible_mark = false}, whole).ok());
  ASSERT_TRUE(session.fuse(target, *own, {.strength = 0.5f, .visible_mark = false}, half).ok());
  double changed = 0, away = 0;
  for (int y = 0; y < target.height; ++y) {
    for (int i = 0; i < 3 * target.width; ++i) {
      const int t = target.row(y)[i], w = whole.view().row(y)[i], h = half.view().row(y)[i];
      changed += std::abs(w - t), away += std::abs(h - 0.5 * (t + w));
    }
  }
  EXPECT_GT(changed, 10'000);
  EXPECT_LT(away, 0.25 * changed);
}

TEST_F(Laws, OutsideOfTheFacesEveryBitIsTheTargets) {
  FusionReport report;
  const Image out = fuse(target_->view(), {.visible_mark = false}, 1, &report);
  ASSERT_EQ(report.fused_count(), 2);
  int changed_inside = 0;
  for (int y = 0; y < out.height(); ++y) {
    for (int x = 0; x < out.width(); ++x) {
      const bool inside = std::any_of(report.faces.begin(), report.faces.end(), [&](const FaceReport& f) {
        // The box is the mesh's; above it lies the forehead, beside it the temples.
        const Box& b = f.face.box;
        const float rim = 0.1f * (b.x1 - b.x0) + 2, forehead = 0.4f * (b.y1 - b.y0);
        return x >= b.x0 - rim && x <= b.x1 + rim && y >= b.y0 - forehead && y <= b.y1 + 2;
      });
      const bool same = std::memcmp(out.view().row(y) + 3 * x, target_->view().row(y) + 3 * x, 3) == 0;
      if (!inside) ASSERT_TRUE(same) << x << "," << y;
      changed_inside += inside && !same;
    }
  }
  EXPECT_GT(changed_inside, 5'000);
}

TEST_F(Laws, ALowerResolutionIsSofterAndStaysInsideOfTheSameFaces) {
  FusionReport report;
  const Image own = fuse(target_->view(), {.visible_mark = false}, 1, &report);
  const Image wide = fuse(target_->view(), {.visible_mark = false, .resolution = 1024});
  EXPECT_EQ(different_bytes(own, wide), 0);
  const Image coarse = fuse(target_->view(), {.visible_mark = false, .resolution = 64});
  const Box& b = report.faces[0].face.box;
  ASSERT_GT(b.x1 - b.x0, 70) << "the test wants a face that 64 pixels are too few for";
  double sum = 0, outside = 0;
  for (int y = 0; y < own.height(); ++y) {
    for (int x = 0; x < own.width(); ++x) {
      const bool inside = std::any_of(report.faces.begin(), report.faces.end(), [&](const FaceReport& f) {
        const Box& box = f.face.box;
        const float w = box.x1 - box.x0;
        return x > box.x0 - 0.2f * w && x < box.x1 + 0.2f * w && y > box.y0 - 0.5f * w &&
               y < box.y1 + 0.2f * w;
      });
      for (int c = 0; c < 3; ++c) {
        const int i = 3 * x + c;
        (inside ? sum : outside) += std::abs(coarse.view().row(y)[i] - own.view().row(y)[i]);
      }
    }
  }
  EXPECT_EQ(outside, 0);
  EXPECT_GT(sum, 0);
  EXPECT_LT(sum / (3 * (b.x1 - b.x0) * (b.y1 - b.y0)), 12) << "the same face, softer";
  EXPECT_FALSE(FusionOptions{.resolution = 20}.validate().ok());
}

// The box of mesh and rim is where a canvas may lie; the mask is smaller, and the same in all modes.
TEST_F(Laws, EveryBlendModeChangesTheSamePixelsAndNoOthers) {
  FusionReport report;
  const Image alpha = fuse(target_->view(), {.visible_mark = false}, 1, &report);
  for (const BlendMode mode : {BlendMode::kPoisson, BlendMode::kMultiband, BlendMode::kMixed}) {
    const Image other = fuse(target_->view(), {.visible_mark = false, .blend = mode});
    int changed = 0, beyond = 0;
    for (int y = 0; y < other.height(); ++y) {
      for (int x = 0; x < other.width(); ++x) {
        if (std::memcmp(other.view().row(y) + 3 * x, target_->view().row(y) + 3 * x, 3) == 0) continue;
        ++changed;
        // Near the mask's end alpha's change may round to nothing: look around.
        bool near = false;
        for (int v = std::max(0, y - 3); v <= std::min(other.height() - 1, y + 3) && !near; ++v) {
          for (int u = std::max(0, x - 3); u <= std::min(other.width() - 1, x + 3) && !near; ++u) {
            near = std::memcmp(alpha.view().row(v) + 3 * u, target_->view().row(v) + 3 * u, 3) != 0;
          }
        }
        beyond += !near;
      }
    }
    EXPECT_EQ(beyond, 0);
    EXPECT_GT(changed, 5'000);
  }
}

TEST_F(Laws, SkinDifferencesAreToldAndSmallAfterwards) {
  FusionReport report;
  fuse(target_->view(), {}, 1, &report);
  for (const FaceReport& face : report.faces) {
    EXPECT_GT(face.skin_delta_e_before, 0);
    EXPECT_GT(face.skin_delta_e_after, 0);
    EXPECT_LT(face.skin_delta_e_after, 5);
  }
}

TEST_F(Laws, ResultDoesNotDependOnThreadCount) {
  const Image one = fuse(target_->view(), {.visible_mark = false}, 1),
              three = fuse(target_->view(), {.visible_mark = false}, 3);
  EXPECT_EQ(different_bytes(one, three), 0);
}

TEST_F(Laws, ResultDoesNotDependOnStrideOrChannelOrder) {
  const Image plain = fuse(target_->view(), {.visible_mark = false});
  const int w = target_->width(), h = target_->height();
  std::vector<std::uint8_t> padded(static_cast<std::size_t>(3 * w + 37) * h);
  for (int y = 0; y < h; ++y)
    std::memcpy(padded.data() + static_cast<std::size_t>(y) * (3 * w + 37), target_->view().row(y),
                3 * static_cast<std::size_t>(w));
  const Image strided = fuse({padded.data(), w, h, 3 * w + 37, PixelFormat::kRgb8}, {.visible_mark = false});
  EXPECT_EQ(different_bytes(plain, strided), 0);

  Image bgra(w, h, PixelFormat::kBgra8);
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      const std::uint8_t* p = target_->view().row(y) + 3 * x;
      std::uint8_t* q = bgra.mutable_view().row(y) + 4 * x;
      q[0] = p[2], q[1] = p[1], q[2] = p[0], q[3] = static_cast<std::uint8_t>(x);
    }
  }
  const Image other = fuse(bgra.view(), {.visible_mark = false});
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      const std::uint8_t *p = plain.view().row(y) + 3 * x, *q = other.view().row(y) + 4 * x;
      ASSERT_TRUE(p[0] == q[2] && p[1] == q[1] && p[2] == q[0] && q[3] == static_cast<std::uint8_t>(x))
          << x << "," << y;
    }
  }
}

TEST_F(Laws, FaceNumbersCountFromTheLeftAndOthersStayUntouched) {
  FusionReport report;
  const Image out = fuse(target_->view(),
                         {.faces = FaceChoice::kNumber, .face_number = 2, .visible_mark = false}, 1, &report);
  ASSERT_EQ(report.faces.size(), 2u);
  EXPECT_FALSE(report.faces[0].fused);
  EXPECT_TRUE(report.faces[1].fused);
  EXPECT_LT(report.faces[0].face.box.centre().x, report.faces[1].face.box.centre().x);
  const Box& left = report.faces[0].face.box;
  for (int y = static_cast<int>(left.y0); y < static_cast<int>(left.y1); ++y) {
    for (int x = static_cast<int>(left.x0); x < static_cast<int>(left.x1); ++x) {
      ASSERT_EQ(std::memcmp(out.view().row(y) + 3 * x, target_->view().row(y) + 3 * x, 3), 0);
    }
  }
}

TEST_F(Laws, MirroredTargetHasMirroredPoses) {
  const int w = target_->width(), h = target_->height();
  Image mirrored(w, h, PixelFormat::kRgb8);
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x)
      std::memcpy(mirrored.mutable_view().row(y) + 3 * x, target_->view().row(y) + 3 * (w - 1 - x), 3);
  }
  Session session = engine_->open_session();
  const auto a = session.find_faces(target_->view()), b = session.find_faces(mirrored.view());
  ASSERT_TRUE(a.ok() && b.ok());
  ASSERT_EQ(a->size(), 2u);
  ASSERT_EQ(b->size(), 2u);
  for (int i = 0; i < 2; ++i) {
    const Pose p = (*a)[i].pose, q = (*b)[1 - i].pose;
    EXPECT_NEAR(p.yaw_deg, -q.yaw_deg, 3);
    EXPECT_NEAR(p.pitch_deg, q.pitch_deg, 3);
    EXPECT_NEAR(p.roll_deg, -q.roll_deg, 3);
  }
}

TEST_F(Laws, PictureWithoutFacesIsNoErrorAndStaysTheSame) {
  Image plain(64, 48, PixelFormat::kRgb8);
  std::memset(plain.mutable_view().data, 90, 64 * 48 * 3);
  FusionReport report;
  const Image out = fuse(plain.view(), {}, 1, &report);
  EXPECT_TRUE(report.faces.empty());
  EXPECT_EQ(different_bytes(out, plain), 0);
}

// A result may be fused once more, in its own memory or from a part of it.
TEST_F(Laws, AResultIsFusedOnceMoreInItsOwnMemory) {
  auto engine = Engine::create({kRoot + "/models", 1});
  Session session = engine->open_session();
  const FusionOptions options = {.visible_mark = false};
  FusedImage first, again, wanted;
  ASSERT_TRUE(session.fuse(target_->view(), *source_, options, first).ok());
  const Image copy = Image::copy_of(first.view());
  ASSERT_TRUE(session.fuse(copy.view(), *source_, options, wanted).ok());
  ASSERT_TRUE(session.fuse(first.view(), *source_, options, first).ok());
  EXPECT_EQ(different_bytes(Image::copy_of(first.view()), Image::copy_of(wanted.view())), 0);
  ImageView part = first.view();
  part.data += 3 * 8, part.width -= 8;
  const Image part_copy = Image::copy_of(part);
  ASSERT_TRUE(session.fuse(part_copy.view(), *source_, options, wanted).ok());
  ASSERT_TRUE(session.fuse(part, *source_, options, first).ok());
  EXPECT_EQ(different_bytes(Image::copy_of(first.view()), Image::copy_of(wanted.view())), 0);
}

TEST_F(Laws, WhatWasFusedOnceStaysLabelledWhenNothingIsAdded) {
  auto engine = Engine::create({kRoot + "/models", 1});
  Session session = engine->open_session();
  FusedImage out;
  ASSERT_TRUE(session.fuse(target_->view(), *source_, {}, out).ok());
  const Provenance before = out.provenance();
  ASSERT_TRUE(before.fused && before.visible_mark && !before.models.empty());
  ASSERT_TRUE(session.fuse(out.view(), *source_, {.strength = 0}, out).ok());
  EXPECT_TRUE(out.provenance().fused && out.provenance().visible_mark);
  EXPECT_EQ(out.provenance().face_count, before.face_count);
  EXPECT_EQ(out.provenance().models, before.models);
  ImageView upper = out.view();
  upper.height /= 2;  // the mark is at the bottom
  ASSERT_TRUE(session.fuse(upper, *source_, {.strength = 0}, out).ok());
  EXPECT_TRUE(out.provenance().fused && !out.provenance().visible_mark);
}

TEST_F(Laws, AnErrorLeavesNothingOfTheResultBefore) {
  auto engine = Engine::create({kRoot + "/models", 1});
  Session session = engine->open_session();
  ImageView bad = target_->view();
  bad.stride_bytes = 1;
  FaceTracker tracker;
  for (const bool stream : {false, true}) {
    FusedImage out;
    ASSERT_TRUE(session.fuse(target_->view(), *source_, {}, out).ok());
    const auto done =
        stream ? session.fuse_next(bad, 0, tracker, *source_, {}, out) : session.fuse(bad, *source_, {}, out);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.status().code(), Code::kInvalidArgument);
    EXPECT_TRUE(out.empty() && !out.provenance().fused);
  }
}

TEST_F(Laws, AStreamRefusesTheNearestFace) {
  auto engine = Engine::create({kRoot + "/models", 1});
  FusedImage out;
  FaceTracker tracker;
  const auto done = engine->open_session().fuse_next(target_->view(), 0, tracker, *source_,
                                                     {.faces = FaceChoice::kNear, .near = {10, 10}}, out);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace mien
