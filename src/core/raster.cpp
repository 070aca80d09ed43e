#include "core/raster.h"

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

// A pixel centre this far outside an edge, in barycentric units, still counts: rounding must not open seams.
constexpr float kEdgeSlack = 1e-4f;
// Coordinates beyond this are refused: they would overflow the pixel arithmetic.
constexpr float kMaxCoordinate = 1e6f;

bool usable(const RasterVertex& v) {
  return std::isfinite(v.z) && std::abs(v.x_px) < kMaxCoordinate && std::abs(v.y_px) < kMaxCoordinate;
}

// The span [first, last] of integers x with a + b * x >= -slack, cut to what it was.
void clip_span(float a, float b, int* first, int* last) {
  const float limit = (-kEdgeSlack - a) / b;
  if (b > 0) {
    *first =
        std::max(*first, static_cast<int>(std::ceil(std::clamp(limit, -kMaxCoordinate, kMaxCoordinate))));
  } else if (b < 0) {
    *last = std::min(*last, static_cast<int>(std::floor(std::clamp(limit, -kMaxCoordinate, kMaxCoordinate))));
  } else if (a < -kEdgeSlack) {
    *last = *first - 1;
  }
}

struct Corners {
  const RasterVertex *p0, *p1, *p2;
  const float *a0, *a1, *a2;
};

void draw(const Corners& c, int attribute_count, const RasterTarget& target) {
  const float e1x = c.p1->x_px - c.p0->x_px, e1y = c.p1->y_px - c.p0->y_px;
  const float e2x = c.p2->x_px - c.p0->x_px, e2y = c.p2->y_px - c.p0->y_px;
  const float area = e1x * e2y - e1y * e2x;
  if (std::abs(area) < 1e-6f) return;
  // Barycentric u (of p1) and v (of p2) are affine in x and y.
  const float ux = e2y / area, uy = -e2x / area, vx = -e1y / area, vy = e1x / area;
  const auto [low, high] = std::minmax({c.p0->y_px, c.p1->y_px, c.p2->y_px});
  const int y0 = std::max(0, static_cast<int>(std::ceil(low)));
  const int y1 = std::min(target.height - 1, static_cast<int>(std::floor(high)));
  const std::size_t plane = static_cast<std::size_t>(target.width) * target.height;
  for (int y = y0; y <= y1; ++y) {
    const float dy = static_cast<float>(y) - c.p0->y_px;
    const float u0 = uy * dy - ux * c.p0->x_px, v0 = vy * dy - vx * c.p0->x_px;
    int first = 0, last = target.width - 1;
    clip_span(u0, ux, &first, &last);
    clip_span(v0, vx, &first, &last);
    clip_span(1 - u0 - v0, -ux - vx, &first, &last);
    const std::size_t row = static_cast<std::size_t>(y) * target.width;
    for (int x = first; x <= last; ++x) {
      const float u = u0 + ux * static_cast<float>(x), v = v0 + vx * static_cast<float>(x), w = 1 - u - v;
      const float z = w * c.p0->z + u * c.p1->z + v * c.p2->z;
      if (!(z < target.depth[row + x])) continue;
      target.depth[row + x] = z;
      for (int k = 0; k < attribute_count; ++k) {
        target.attributes[k * plane + row + x] = w * c.a0[k] + u * c.a1[k] + v * c.a2[k];
      }
    }
  }
}

}  // namespace

void rasterise(std::span<const RasterVertex> vertices, std::span<const float> attributes, int attribute_count,
               std::span<const RasterTriangle> triangles, const RasterTarget& target) {
  const auto count = static_cast<std::int32_t>(vertices.size());
  for (const RasterTriangle& t : triangles) {
    const auto in_range = [count](std::int32_t i) { return i >= 0 && i < count; };
    if (!std::all_of(t.begin(), t.end(), in_range)) continue;
    const RasterVertex &p0 = vertices[t[0]], &p1 = vertices[t[1]], &p2 = vertices[t[2]];
    if (!usable(p0) || !usable(p1) || !usable(p2)) continue;
    const float* a = attributes.data();
    draw({&p0, &p1, &p2, a + t[0] * attribute_count, a + t[1] * attribute_count, a + t[2] * attribute_count},
         attribute_count, target);
  }
}

}  // namespace mien
