#include "core/raster.h"

#include <algorithm>
#include <cmath>

#include "core/simd_clones.h"

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
MIEN_INLINE void clip_span(float a, float b, int* first, int* last) {
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

// What does not change within a triangle.
struct Slopes {
  float value, dx, dy;  // at the first corner, per pixel to the right, per pixel downwards
};

struct Corners {
  const RasterVertex *p0, *p1, *p2;
  const float *a0, *a1, *a2;
};

// Barycentric u (of p1) and v (of p2) are affine in x and y: these are their slopes.
struct Barycentric {
  float ux, uy, vx, vy;
};

MIEN_INLINE Slopes slopes_of(const Barycentric& b, float at0, float at1, float at2) {
  const float d1 = at1 - at0, d2 = at2 - at0;
  return {at0, b.ux * d1 + b.vx * d2, b.uy * d1 + b.vy * d2};
}

constexpr int kSpan = 64;  // pixels of a row done together

// n <= kSpan pixels of a row that lie nearer than what is drawn; (dx, dy) is the first one's way from the
// first corner.
MIEN_INLINE void draw_span(const Slopes& z, const Slopes* attributes, int count, float dx, float dy, int n,
                           float* depth, float* const* out) {
  const float z_row = z.value + z.dy * dy;
  std::int32_t nearer[kSpan], hidden = 0;
  for (int i = 0; i < n; ++i) {
    const float here = z_row + z.dx * (dx + static_cast<float>(i));
    nearer[i] = here < depth[i] ? 1 : 0;
    hidden |= 1 - nearer[i];
    depth[i] = nearer[i] ? here : depth[i];
  }
  for (int k = 0; k < count; ++k) {
    const float row = attributes[k].value + attributes[k].dy * dy + attributes[k].dx * dx,
                step = attributes[k].dx;
    float* to = out[k];
    if (hidden) {
      for (int i = 0; i < n; ++i) to[i] = nearer[i] ? row + step * static_cast<float>(i) : to[i];
    } else {
      for (int i = 0; i < n; ++i) to[i] = row + step * static_cast<float>(i);
    }
  }
}

MIEN_SIMD_CLONES
void draw(const Corners& c, int attribute_count, const RasterTarget& target) {
  const float e1x = c.p1->x_px - c.p0->x_px, e1y = c.p1->y_px - c.p0->y_px;
  const float e2x = c.p2->x_px - c.p0->x_px, e2y = c.p2->y_px - c.p0->y_px;
  const float area = e1x * e2y - e1y * e2x;
  if (std::abs(area) < 1e-6f) return;
  const Barycentric b{e2y / area, -e2x / area, -e1y / area, e1x / area};
  const Slopes z = slopes_of(b, c.p0->z, c.p1->z, c.p2->z);
  Slopes attributes[kMostRasterAttributes];
  for (int k = 0; k < attribute_count; ++k) attributes[k] = slopes_of(b, c.a0[k], c.a1[k], c.a2[k]);
  const float low = std::min({c.p0->y_px, c.p1->y_px, c.p2->y_px}),
              high = std::max({c.p0->y_px, c.p1->y_px, c.p2->y_px});
  const int y0 = std::max(0, static_cast<int>(std::ceil(low)));
  const int y1 = std::min(target.height - 1, static_cast<int>(std::floor(high)));
  const std::size_t plane = static_cast<std::size_t>(target.width) * target.height;
  for (int y = y0; y <= y1; ++y) {
    const float dy = static_cast<float>(y) - c.p0->y_px;
    const float u0 = b.uy * dy - b.ux * c.p0->x_px, v0 = b.vy * dy - b.vx * c.p0->x_px;
    int first = 0, last = target.width - 1;
    clip_span(u0, b.ux, &first, &last);
    clip_span(v0, b.vx, &first, &last);
    clip_span(1 - u0 - v0, -b.ux - b.vx, &first, &last);
    const std::size_t row = static_cast<std::size_t>(y) * target.width;
    for (int x = first; x <= last; x += kSpan) {
      float* out[kMostRasterAttributes];
      for (int k = 0; k < attribute_count; ++k)
        out[k] = (target.planes.empty() ? target.attributes + k * plane : target.planes[k]) + row + x;
      draw_span(z, attributes, attribute_count, static_cast<float>(x) - c.p0->x_px, dy,
                std::min(kSpan, last + 1 - x), target.depth + row + x, out);
    }
  }
}

}  // namespace

void rasterise(std::span<const RasterVertex> vertices, std::span<const float> attributes, int attribute_count,
               std::span<const RasterTriangle> triangles, const RasterTarget& target) {
  if (attribute_count > kMostRasterAttributes) return;
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
