#include "core/polygon.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace mien {
namespace {

Plane filled(std::initializer_list<Point2f> points, int width, int height) {
  Plane mask;
  mask.resize(width, height);
  mask.fill(0);
  fill_polygon(std::vector<Point2f>(points), &mask);
  return mask;
}

float area(const Plane& mask) { return std::accumulate(mask.values.begin(), mask.values.end(), 0.0f); }

TEST(FillPolygon, CoversTheAreaOfASquareBetweenPixels) {
  const Plane mask = filled({{1.25f, 1.5f}, {5.75f, 1.5f}, {5.75f, 6.5f}, {1.25f, 6.5f}}, 9, 9);
  EXPECT_NEAR(area(mask), 4.5f * 5, 1e-3f);
  EXPECT_NEAR(mask.row(3)[1], 0.25f, 1e-5f);  // pixel 1 spans 0.5 to 1.5
  EXPECT_NEAR(mask.row(3)[3], 1.0f, 1e-5f);
  EXPECT_EQ(mask.row(0)[3], 0.0f);
}

TEST(FillPolygon, SharesOfPixelsAreThoseOfManyPointsOnTheirFiveLines) {
  const std::vector<Point2f> blob = {{3, 1.3f},   {14.2f, 0.4f}, {25.7f, 6},
                                     {21, 15.5f}, {12, 11.1f},   {1.2f, 17}};
  Plane mask;
  mask.resize(28, 19), mask.fill(0);
  fill_polygon(blob, &mask);
  const auto inside = [&](float x, float y) {
    bool in = false;
    for (std::size_t i = 0; i < blob.size(); ++i) {
      const Point2f a = blob[i], b = blob[(i + 1) % blob.size()];
      if ((a.y <= y) != (b.y <= y) && x < a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)) in = !in;
    }
    return in;
  };
  constexpr int kLines = 5, kPoints = 200;  // of a pixel, and of each line
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      int in = 0;
      for (int k = 0; k < kLines * kPoints; ++k)
        in += inside(static_cast<float>(x) - 0.5f + (static_cast<float>(k % kPoints) + 0.5f) / kPoints,
                     static_cast<float>(y) - 0.5f + (static_cast<float>(k / kPoints) + 0.5f) / kLines);
      EXPECT_NEAR(mask.row(y)[x], static_cast<float>(in) / (kLines * kPoints), 0.011f) << x << " " << y;
    }
  }
}

TEST(FillPolygon, DoesNotDependOnOrientationAndClipsAtTheBorder) {
  const Plane a = filled({{-20, -20}, {4, -20}, {4, 30}, {-20, 30}}, 8, 5),
              b = filled({{-20, 30}, {4, 30}, {4, -20}, {-20, -20}}, 8, 5);
  EXPECT_EQ(a.values, b.values);
  EXPECT_NEAR(area(a), 4.5f * 5, 1e-3f);
}

TEST(FillPolygon, DrawsNothingForPointsThatAreNotFinite) {
  EXPECT_EQ(area(filled({{0, 0}, {std::numeric_limits<float>::quiet_NaN(), 3}, {5, 5}}, 8, 8)), 0);
  EXPECT_EQ(area(filled({{0, 0}, {5, 5}}, 8, 8)), 0);
}

TEST(OffsetPolygon, GrowsACircleByTheDistance) {
  std::vector<Point2f> circle;
  for (int i = 0; i < 64; ++i)
    circle.push_back({50 + 20 * std::cos(i * 0.0981748f), 50 + 20 * std::sin(i * 0.0981748f)});
  for (const float d : {3.0f, -4.0f}) {
    for (const Point2f& p : offset_polygon(circle, d))
      EXPECT_NEAR(std::hypot(p.x - 50, p.y - 50), 20 + d, 0.1f);
  }
}

}  // namespace
}  // namespace mien
