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
