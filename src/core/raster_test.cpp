#include "core/raster.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace mien {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Canvas {
  Canvas(int w, int h, int count)
      : width(w),
        height(h),
        attributes(static_cast<std::size_t>(w) * h * count, -1),
        depth(static_cast<std::size_t>(w) * h, kInfinity) {}
  RasterTarget target() { return {width, height, attributes.data(), depth.data()}; }
  int width, height;
  std::vector<float> attributes, depth;
};

// The plain twin: every pixel against every triangle, in double.
void rasterise_plain(const std::vector<RasterVertex>& v, const std::vector<float>& a,
                     const std::vector<RasterTriangle>& triangles, Canvas& out) {
  for (const RasterTriangle& t : triangles) {
    const RasterVertex p = v[t[0]], q = v[t[1]], r = v[t[2]];
    const double area =
        (q.x_px - p.x_px) * double(r.y_px - p.y_px) - (q.y_px - p.y_px) * double(r.x_px - p.x_px);
    if (std::abs(area) < 1e-6) continue;
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        const double u =
            ((x - p.x_px) * double(r.y_px - p.y_px) - (y - p.y_px) * double(r.x_px - p.x_px)) / area;
        const double w =
            ((q.x_px - p.x_px) * double(y - p.y_px) - (q.y_px - p.y_px) * double(x - p.x_px)) / area;
        const double z = (1 - u - w) * p.z + u * q.z + w * r.z;
        const std::size_t i = static_cast<std::size_t>(y) * out.width + x;
        if (u < 0 || w < 0 || u + w > 1 || z >= out.depth[i]) continue;
        out.depth[i] = static_cast<float>(z);
        out.attributes[i] = static_cast<float>((1 - u - w) * a[t[0]] + u * a[t[1]] + w * a[t[2]]);
      }
    }
  }
}

TEST(Rasterise, AgreesWithThePlainTwinOnAwkwardSizes) {
  std::mt19937 random(7);
  for (const auto& [w, h] : {std::pair{1, 1}, {13, 127}, {256, 255}, {64, 3}}) {
    std::uniform_real_distribution<float> x(-20.0f, static_cast<float>(w) + 20),
        y(-20.0f, static_cast<float>(h) + 20), unit(0, 1);
    std::vector<RasterVertex> v;
    std::vector<float> a;
    std::vector<RasterTriangle> triangles;
    for (int i = 0; i < 90; ++i) {
      v.push_back({x(random), y(random), unit(random)});
      a.push_back(unit(random));
      if (i % 3 == 2) triangles.push_back({i - 2, i - 1, i});
    }
    Canvas fast(w, h, 1), plain(w, h, 1);
    rasterise(v, a, 1, triangles, fast.target());
    rasterise_plain(v, a, triangles, plain);
    int different = 0;
    for (std::size_t i = 0; i < fast.depth.size(); ++i) {
      // Pixels within rounding of an edge may fall to either side.
      different += std::abs(fast.attributes[i] - plain.attributes[i]) > 1e-3f;
    }
    EXPECT_LE(different, 1 + w * h / 1000) << w << " x " << h;
  }
}

TEST(Rasterise, LeavesNoHoleBetweenTrianglesThatShareAnEdge) {
  const std::vector<RasterVertex> v = {
      {0.3f, 0.2f, 0}, {40.7f, 1.1f, 0}, {41.2f, 39.9f, 0}, {1.5f, 38.3f, 0}, {20.123f, 19.456f, 0}};
  const std::vector<float> a(5, 1.0f);
  const std::vector<RasterTriangle> fan = {{0, 1, 4}, {1, 2, 4}, {2, 3, 4}, {3, 0, 4}};
  Canvas out(43, 42, 1);
  rasterise(v, a, 1, fan, out.target());
  for (int y = 3; y < 37; ++y) {
    for (int x = 3; x < 39; ++x)
      EXPECT_FLOAT_EQ(out.attributes[static_cast<std::size_t>(y) * 43 + x], 1) << x << "," << y;
  }
}

TEST(Rasterise, SkipsTrianglesWithBadIndicesOrPositionsThatAreNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<RasterVertex> v = {{0, 0, 0},   {8, 0, 0},         {0, 8, 0},
                                       {nan, 2, 0}, {1, kInfinity, 0}, {1e30f, 0, 0}};
  const std::vector<float> a(6, 2.0f);
  Canvas out(8, 8, 1);
  rasterise(v, a, 1, std::vector<RasterTriangle>{{0, 1, 6}, {-1, 1, 2}, {0, 1, 3}, {0, 4, 2}, {5, 1, 2}},
            out.target());
  for (float value : out.attributes) EXPECT_FLOAT_EQ(value, -1);
}

TEST(Rasterise, WritesIntoPlanesThatLieApart) {
  const std::vector<RasterVertex> v = {{-10, -10, 5}, {50, -10, 5}, {-10, 50, 5}};
  const std::vector<float> a = {1, 10, 2, 20, 3, 30};
  Canvas together(9, 7, 2);
  rasterise(v, a, 2, std::vector<RasterTriangle>{{0, 1, 2}}, together.target());
  std::vector<float> first(63, -1), second(63, -1), depth(63, kInfinity);
  const std::vector<float*> planes = {first.data(), second.data()};
  rasterise(v, a, 2, std::vector<RasterTriangle>{{0, 1, 2}}, {9, 7, nullptr, depth.data(), planes});
  for (std::size_t i = 0; i < 63; ++i) {
    EXPECT_EQ(first[i], together.attributes[i]);
    EXPECT_EQ(second[i], together.attributes[63 + i]);
  }
}

TEST(Rasterise, NearerSurfaceWinsWhateverTheOrder) {
  const std::vector<RasterVertex> v = {{-10, -10, 5}, {50, -10, 5}, {-10, 50, 5},
                                       {-10, -10, 2}, {50, -10, 2}, {-10, 50, 2}};
  const std::vector<float> a = {5, 5, 5, 2, 2, 2};
  for (const auto& order : {std::vector<RasterTriangle>{{0, 1, 2}, {3, 4, 5}}, {{3, 4, 5}, {0, 1, 2}}}) {
    Canvas out(8, 8, 1);
    rasterise(v, a, 1, order, out.target());
    EXPECT_FLOAT_EQ(out.attributes[0], 2);
  }
}

}  // namespace
}  // namespace mien
