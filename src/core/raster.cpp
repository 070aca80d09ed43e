#include "core/raster.h"

#include <algorithm>
#include <cmath>
#include <cstring>

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

// Where a triangle's rows begin and end, in pixels from its first corner, as lines of the way down from it.
// An edge along a row bounds none: rows beyond it are not looked at.
class RowEnds {
 public:
  explicit RowEnds(const Barycentric& b) {
    add(0, b.ux, b.uy);
    add(0, b.vx, b.vy);
    add(1, -b.ux - b.vx, -b.uy - b.vy);
  }
  float left(float dy) const {
    return std::max(left_.at[0] + left_.step[0] * dy, left_.at[1] + left_.step[1] * dy);
  }
  float right(float dy) const {
    return std::min(right_.at[0] + right_.step[0] * dy, right_.at[1] + right_.step[1] * dy);
  }

 private:
  struct Lines {
    float at[2], step[2] = {0, 0};
    int count = 0;
  };
  // at + by_x x + by_y y >= 0 inside.
  void add(float at, float by_x, float by_y) {
    if (by_x == 0) return;
    Lines& lines = by_x > 0 ? left_ : right_;
    if (lines.count == 2) return;  // three edges that bound one side: no triangle
    lines.at[lines.count] = (-kEdgeSlack - at) / by_x, lines.step[lines.count++] = -by_y / by_x;
  }
  Lines left_{{-kMaxCoordinate, -kMaxCoordinate}}, right_{{kMaxCoordinate, kMaxCoordinate}};
};

constexpr int kLanes = 8;  // pixels of a row done together, whether they belong to the triangle or not
using Lanes [[gnu::vector_size(sizeof(float) * kLanes)]] = float;
using LaneChoice [[gnu::vector_size(sizeof(float) * kLanes)]] = std::int32_t;
constexpr Lanes kLaneNumbers = {0, 1, 2, 3, 4, 5, 6, 7};

// The first n <= kLanes pixels of a row that lie nearer than what is drawn; (dx, dy) is the first one's way
// from the first corner. kLanes pixels are read and written, those beyond n as they were.
MIEN_INLINE void draw_lanes(const Slopes& z, const Slopes* attributes, int count, float dx, float dy, int n,
                            float* depth, float* const* out) {
  const Lanes here = z.value + z.dy * dy + z.dx * (dx + kLaneNumbers);
  Lanes there;
  std::memcpy(&there, depth, sizeof there);
  const LaneChoice nearer = (here < there) & (kLaneNumbers < static_cast<float>(n));
  there = nearer ? here : there;
  std::memcpy(depth, &there, sizeof there);
  for (int k = 0; k < count; ++k) {
    const float row = attributes[k].value + attributes[k].dy * dy + attributes[k].dx * dx;
    Lanes values;
    std::memcpy(&values, out[k], sizeof values);
    values = nearer ? row + attributes[k].dx * kLaneNumbers : values;
    std::memcpy(out[k], &values, sizeof values);
  }
}

// The same one by one, for the planes' last pixels.
MIEN_INLINE void draw_singly(const Slopes& z, const Slopes* attributes, int count, float dx, float dy, int n,
                             float* depth, float* const* out) {
  const float z_row = z.value + z.dy * dy;
  for (int i = 0; i < n; ++i) {
    const float here = z_row + z.dx * (dx + static_cast<float>(i));
    if (!(here < depth[i])) continue;
    depth[i] = here;
    for (int k = 0; k < count; ++k)
      out[k][i] = attributes[k].value + attributes[k].dy * dy + attributes[k].dx * dx +
                  attributes[k].dx * static_cast<float>(i);
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
  const RowEnds ends(b);
  const float last_column = static_cast<float>(target.width - 1);
  for (int y = y0; y <= y1; ++y) {
    const float dy = static_cast<float>(y) - c.p0->y_px;
    const float left = std::max(std::ceil(c.p0->x_px + ends.left(dy)), 0.0f),
                right = std::min(std::floor(c.p0->x_px + ends.right(dy)), last_column);
    if (!(left <= right)) continue;
    const int first = static_cast<int>(left), last = static_cast<int>(right);
    const std::size_t row = static_cast<std::size_t>(y) * target.width;
    for (int x = first; x <= last; x += kLanes) {
      float* out[kMostRasterAttributes];
      for (int k = 0; k < attribute_count; ++k)
        out[k] = (target.planes.empty() ? target.attributes + k * plane : target.planes[k]) + row + x;
      const float dx = static_cast<float>(x) - c.p0->x_px;
      const int n = std::min(kLanes, last + 1 - x);
      float* depth = target.depth + row + x;
      if (row + x + kLanes <= plane) {
        draw_lanes(z, attributes, attribute_count, dx, dy, n, depth, out);
      } else {
        draw_singly(z, attributes, attribute_count, dx, dy, n, depth, out);
      }
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
