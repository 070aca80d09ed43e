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
  smooth_folds(maps_, false, 1, &warped_);
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
  smooth_folds(maps_, false, 1, &warped_);
  EXPECT_EQ(warped_.values, before);
  draw(12);  // 13 pixels of level 0 are less than one of a level whose pixels are 16 wide
  smooth_folds(maps_, false, 16, &warped_);
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
  smooth_folds(maps_, false, 1, &warped_);
  EXPECT_GT(at(7, kFoldBelow + 1), 80);  // nothing of the black beside it
  for (int y = 0; y < kSize; ++y) EXPECT_EQ(at(9, y), 0);
}

TEST_F(Folds, AFaceThatIsShrunkOrTurnedIsNone) {
  draw(0);
  for (float& v : maps_.source_y.values) v *= 2.4f;
  for (float& v : maps_.source_x.values) v *= 1.2f;
  const auto before = warped_.values;
  smooth_folds(maps_, false, 1, &warped_);
  EXPECT_EQ(warped_.values, before);
}

TEST_F(Folds, PixelsBesideAVerticalFoldStay) {
  draw(0);
  for (int y = 0; y < kSize; ++y)
    for (int x = 8; x < kSize; ++x) maps_.source_x.row(y)[x] += 12;
  const auto before = warped_.values;
  smooth_folds(maps_, false, 1, &warped_);
  for (int x = 0; x < kSize; ++x) {
    const bool is_fold = x == 7 || x == 8;
    EXPECT_EQ(at(x, kFoldBelow) == before[kSize * kSize + kFoldBelow * kSize + x], !is_fold) << x;
  }
}

TEST_F(Folds, WhereTheMirroredSideIsShownItsFoldsCount) {
  draw(12);
  maps_.mirror_x = maps_.source_x, maps_.mirror_y = maps_.source_y;
  for (int y = 0; y < kSize; ++y)
    for (int x = 0; x < kSize; ++x) maps_.source_y.row(y)[x] = static_cast<float>(y);
  maps_.own_share.resize(kSize, kSize), maps_.own_share.fill(1);
  for (int y = 0; y < kSize; ++y)
    for (int x = 0; x < 8; ++x) maps_.own_share.row(y)[x] = 0;
  smooth_folds(maps_, true, 1, &warped_);
  EXPECT_NEAR(at(4, kFoldBelow), 75, 1);
  EXPECT_EQ(at(12, kFoldBelow), 100);
  EXPECT_EQ(at(13, kFoldBelow), 0);
}

// Maps are kept from frame to frame: a clip that goes on after a stop must not see what they held before.
TEST_F(Folds, WhatMapsHoldBeyondTheMeshDoesNotMatter) {
  std::vector<float> results[2];
  for (const bool stale : {false, true}) {
    draw(12);
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        if (x < 4 || y % 2 == 0) continue;  // what is left of the mesh
        maps_.source_x.row(y)[x] = std::numeric_limits<float>::quiet_NaN();
        maps_.source_y.row(y)[x] = stale ? 1000.0f : 0.0f;
        maps_.depth.row(y)[x] = std::numeric_limits<float>::infinity();
      }
    }
    smooth_folds(maps_, false, 1, &warped_);
    results[stale] = warped_.values;
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_NEAR(results[0][kSize * kSize + kFoldBelow * kSize + 2], 75, 1);
}

}  // namespace
}  // namespace mien
