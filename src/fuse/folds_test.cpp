#include "fuse/folds.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mien {
namespace {

constexpr int kSize = 16, kFoldBelow = 7;  // rows up to this one come from above the fold

class Folds : public testing::Test {
 protected:
  // An even surface; from the row below kFoldBelow on, `jump` pixels of the source are left out.
  explicit Folds() {
    for (Plane* p : {&maps_.source_x, &maps_.source_y, &maps_.depth}) p->resize(kSize, kSize), p->fill(0);
    warped_.resize(kSize, kSize);
  }
  void draw(float jump) {
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        maps_.source_x.row(y)[x] = static_cast<float>(x);
        maps_.source_y.row(y)[x] = static_cast<float>(y) + (y > kFoldBelow ? jump : 0);
        for (int c = 0; c < 3; ++c)
          warped_.channel(c)[y * kSize + x] = y == kFoldBelow && x % 2 ? 0.0f : 100.0f;
      }
    }
  }
  float at(int x, int y) const { return warped_.channel(1)[y * kSize + x]; }

  WarpMaps maps_;
  PlanarRgb warped_;
};

TEST_F(Folds, DotsAlongAFoldBecomeALine) {
  draw(12);
  smooth_folds(maps_, 1, &warped_);
  for (int x = 2; x + 2 < kSize; ++x) {
    EXPECT_NEAR(at(x, kFoldBelow), 75, 1);
    EXPECT_NEAR(at(x, kFoldBelow + 1), 87.5, 1);
    EXPECT_EQ(at(x, kFoldBelow - 1), 100);
    EXPECT_EQ(at(x, kFoldBelow + 2), 100);
  }
}

TEST_F(Folds, AnEvenSurfaceKeepsItsPixels) {
  draw(0);
  const auto before = warped_.values;
  smooth_folds(maps_, 1, &warped_);
  EXPECT_EQ(warped_.values, before);
  draw(12);  // 13 pixels of level 0 are less than one of a level whose pixels are 16 wide
  smooth_folds(maps_, 16, &warped_);
  EXPECT_EQ(warped_.values, before);
}

TEST_F(Folds, WhatTheMeshDoesNotCoverIsLeftOut) {
  draw(12);
  for (int y = 0; y < kSize; ++y) {
    for (int x = 8; x < kSize; ++x) {
      maps_.source_x.row(y)[x] = std::numeric_limits<float>::quiet_NaN();
      maps_.depth.row(y)[x] = std::numeric_limits<float>::infinity();
      for (int c = 0; c < 3; ++c) warped_.channel(c)[y * kSize + x] = 0;
    }
  }
  smooth_folds(maps_, 1, &warped_);
  EXPECT_GT(at(7, kFoldBelow + 1), 80);  // nothing of the black beside it
  for (int y = 0; y < kSize; ++y) EXPECT_EQ(at(9, y), 0);
}

}  // namespace
}  // namespace mien
