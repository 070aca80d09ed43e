#include "fuse/hair_shade.h"

#include <gtest/gtest.h>

#include "face/topology.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

constexpr int kSize = 240;

class HairShade : public testing::Test {
 protected:
  void SetUp() override { cover_.resize(kSize, kSize), cover_.fill(0); }
  // Columns from x0 to x1.
  void cover(int x0, int x1) {
    for (int y = 0; y < kSize; ++y)
      for (int x = x0; x < x1; ++x) cover_.row(y)[x] = 1;
  }
  float gap(int x, int y) const { return gap_.row(y)[x]; }

  Mesh mesh_ = testing_faces::make_mesh(*testing_faces::load_model(), 120, 120, 10, 0, 0);
  int left_ = static_cast<int>(mesh_[234].x), middle_ = static_cast<int>(mesh_[topology::kNoseTip].x),
      height_ = static_cast<int>(mesh_[234].y);
  Plane cover_, gap_;
};

TEST_F(HairShade, BesideHairAtATempleOnly) {
  cover(0, left_ + 10);
  ASSERT_TRUE(draw_hair_shade(cover_, mesh_, false, &gap_));
  EXPECT_GT(gap(left_ + 11, height_), 0.4f);
  EXPECT_LT(gap(middle_, height_), 0.05f);
  EXPECT_LT(gap(kSize - left_ - 11, height_), 0.05f) << "the other temple is bare";
}

TEST_F(HairShade, WhatLiesInTheMiddleOfTheFaceIsNoHair) {
  cover(middle_ - 12, middle_ + 12);
  for (int y = 0; y < kSize; ++y)
    if (std::abs(y - height_) > 20) std::fill(cover_.row(y), cover_.row(y) + kSize, 0.0f);
  EXPECT_FALSE(draw_hair_shade(cover_, mesh_, false, &gap_));
}

TEST_F(HairShade, ABareFaceHasNone) { EXPECT_FALSE(draw_hair_shade(cover_, mesh_, false, &gap_)); }

TEST_F(HairShade, AnExpressionsGapStays) {
  gap_.resize(kSize, kSize), gap_.fill(0.3f);
  EXPECT_TRUE(draw_hair_shade(cover_, mesh_, true, &gap_));
  EXPECT_EQ(gap(middle_, height_), 0.3f);
  cover(0, left_ + 10);
  EXPECT_TRUE(draw_hair_shade(cover_, mesh_, true, &gap_));
  EXPECT_NEAR(gap(middle_, height_), 0.3f, 1e-6f);
  EXPECT_GT(gap(left_ + 11, height_), 0.4f);
}

}  // namespace
}  // namespace mien
