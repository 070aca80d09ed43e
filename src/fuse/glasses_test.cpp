#include "fuse/glasses.h"

#include <gtest/gtest.h>

#include "face/crop.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

constexpr int kSize = 200;

// A face 120 px wide whose things are what a test draws.
class ClearGlasses : public ::testing::Test {
 protected:
  void SetUp() override {
    mesh_ = testing_faces::make_mesh(*testing_faces::load_model(), kSize / 2, kSize / 2, 8, 0, 0);
    things_.resize(kSize, kSize), things_.fill(0);
    scratch_.light.resize(kSize, kSize), scratch_.light.fill(128);  // nothing in it looks like a frame
  }
  // Everything right of the left temple's inside, from a row to another, is a thing.
  void draw_things(float top, float bottom) {
    for (int y = 0; y < kSize; ++y)
      for (int x = 0; x < kSize; ++x)
        if (static_cast<float>(x) > mesh_[356].x - 0.06f * face_width_px(mesh_) &&
            static_cast<float>(y) >= top && static_cast<float>(y) < bottom)
          things_.row(y)[x] = 1;
  }
  float at(int point) const {
    return things_.row(static_cast<int>(std::lround(mesh_[point].y)))[std::lround(mesh_[point].x)];
  }

  Mesh mesh_{};
  Plane things_;
  GlassesScratch scratch_;
};

TEST_F(ClearGlasses, APatchBesideTheEyesIsNoFrame) {
  draw_things(mesh_[356].y - 10, mesh_[356].y + 10);
  ASSERT_EQ(at(356), 1);
  keep_frames(mesh_, FrameRule::kOfTarget, &scratch_, &things_);
  EXPECT_EQ(at(356), 0);
}

// The face was painted over it between brow and cheek.
TEST_F(ClearGlasses, AScarfThatComesPastTheTempleStays) {
  draw_things(mesh_[356].y - 10, kSize);
  for (int x = 0; x < kSize / 2; ++x) things_.row(static_cast<int>(std::lround(mesh_[127].y)))[x] = 1;
  Plane other_rule = things_;
  keep_frames(mesh_, FrameRule::kOfTarget, &scratch_, &things_);
  EXPECT_EQ(at(356), 1);
  EXPECT_EQ(at(127), 0) << "the other side has none";
  scratch_.light.fill(128);
  keep_frames(mesh_, FrameRule::kOfSource, &scratch_, &other_rule);
  std::swap(things_, other_rule);
  EXPECT_EQ(at(356), 1);
}

// Beyond 29 degrees the far temple lies inward of its eye in the picture: what hid the far cheek uncovered the near eye.
TEST_F(ClearGlasses, AHandAtTheFarCheekOfATurnedHeadLeavesTheBandWhole) {
  for (const float yaw : {35.0f, -35.0f}) {
    mesh_ = testing_faces::make_mesh(*testing_faces::load_model(), kSize / 2, kSize / 2, 8, yaw, 0);
    for (const int hidden : {93, 132, 323, 361})
      if (std::abs(mesh_[hidden].x - kSize / 2) < std::abs(mesh_[hidden < 200 ? 323 : 93].x - kSize / 2))
        for (int y = -3; y <= 3; ++y)
          for (int x = -3; x <= 3; ++x)
            things_.row(static_cast<int>(std::lround(mesh_[hidden].y)) +
                        y)[std::lround(mesh_[hidden].x) + x] = 1;
    Plane things = things_;
    keep_frames(mesh_, FrameRule::kOfTarget, &scratch_, &things);
    for (const int eye : {159, 386, 168}) {
      const int x = static_cast<int>(std::lround(mesh_[eye].x)),
                y = static_cast<int>(std::lround(mesh_[eye].y));
      EXPECT_GT(scratch_.band.row(y)[x], 0.9f) << yaw << ", point " << eye;
    }
    things_.fill(0);
  }
}

TEST_F(ClearGlasses, AScarfStaysBesideGlassesThatTheNetworkSaw) {
  draw_things(mesh_[356].y - 10, kSize);
  FineMask nothing;
  nothing.share.resize(kSize, kSize), nothing.share.fill(0);
  nothing.mask_from_frame = {1, 0, 0, 0, 1, 0};
  keep_glasses(nothing, {1, 0, 0, 0, 1, 0}, mesh_, &scratch_, &things_);
  EXPECT_EQ(at(356), 1);
}

TEST_F(ClearGlasses, AnEyeBehindALensKeepsItsPixelsOneBehindAFrameDoesNot) {
  Plane share;
  share.resize(kSize, kSize);
  for (int y = 0; y < kSize; ++y) std::fill_n(share.row(y), kSize, y < mesh_[473].y ? 0.4f : 0.95f);
  leave_seen_eyes(mesh_, &share);
  const float* above = share.row(static_cast<int>(mesh_[473].y) - 1);
  EXPECT_LT(above[std::lround(mesh_[473].x)], 0.05f);
  EXPECT_EQ(above[kSize / 2], 0.4f) << "on the nose the network's colours are taken";
  EXPECT_GT(share.row(static_cast<int>(mesh_[473].y) + 2)[std::lround(mesh_[473].x)], 0.9f);
}

}  // namespace
}  // namespace mien
