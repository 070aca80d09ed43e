#include "face/identity.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mien {
namespace {

constexpr std::array<Point2f, 5> kPoints = {{{10, 20}, {60, 24}, {34, 50}, {18, 80}, {55, 84}}};

TEST(SimilarityBetween, FindsTurnScaleAndShift) {
  const Affine wanted{0.8f, -0.6f, 5, 0.6f, 0.8f, -7};
  std::array<Point2f, 5> moved;
  for (std::size_t i = 0; i < 5; ++i) moved[i] = wanted(kPoints[i]);
  const Affine found = similarity_between(kPoints, moved);
  for (const Point2f p : kPoints) {
    EXPECT_NEAR(found(p).x, wanted(p).x, 1e-3f);
    EXPECT_NEAR(found(p).y, wanted(p).y, 1e-3f);
  }
}

TEST(SimilarityBetween, NeverMirrors) {
  std::array<Point2f, 5> mirrored;
  for (std::size_t i = 0; i < 5; ++i) mirrored[i] = {-kPoints[i].x, kPoints[i].y};
  const Affine found = similarity_between(kPoints, mirrored);
  EXPECT_GE(found.a * found.e - found.b * found.d, 0);
}

TEST(SimilarityBetween, PointsOnOneSpotGiveScaleZero) {
  std::array<Point2f, 5> same;
  same.fill({3, 4});
  EXPECT_EQ(similarity_between(same, kPoints).scale(), 0);
}

TEST(Similarity, IsTheCosine) {
  Identity a, b;
  a.values[0] = 1, b.values[0] = 0.6f, b.values[7] = -0.8f;
  EXPECT_FLOAT_EQ(similarity(a, a), 1);
  EXPECT_FLOAT_EQ(similarity(a, b), 0.6f);
}

}  // namespace
}  // namespace mien
