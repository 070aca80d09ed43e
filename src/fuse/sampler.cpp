#include "fuse/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/simd_clones.h"

namespace mien {
namespace {

constexpr int kBlock = 64;  // pixels whose weights are found side by side

// Four neighbours of a row, one a lane. GCC 12 makes no vector loop of plain arrays of four here.
using FourFloats [[gnu::vector_size(16)]] = float;
using FourTexels [[gnu::vector_size(16)]] = std::int32_t;

struct Texels {
  const std::uint32_t* first;  // RGBA
  int width, height;
  std::ptrdiff_t stride;  // in pixels
};

// Of a block, along one axis: the first of a pixel's 4 neighbours, how far it lies behind the second, and
// what the four weigh.
struct Neighbours {
  std::int32_t first[kBlock];
  float part[kBlock], weight[4][kBlock];
};

// Catmull-Rom weights of the pixels at -1, 0, 1, 2.
MIEN_SIMD_CLONES
void find_neighbours(const float* position, int n, int size, float scale, float shift, Neighbours* out) {
  const float last = static_cast<float>(size + 4);
  for (int i = 0; i < n; ++i) {
    const float given = scale * position[i] + shift,
                p = std::clamp(given == given ? given : 0.0f, -4.0f, last);
    const float whole = std::floor(p), t = p - whole, t2 = t * t, t3 = t2 * t;
    out->first[i] = static_cast<std::int32_t>(whole) - 1;
    out->part[i] = t;
    out->weight[0][i] = -0.5f * t + t2 - 0.5f * t3;
    out->weight[1][i] = 1 - 2.5f * t2 + 1.5f * t3;
    out->weight[2][i] = 0.5f * t + 2 * t2 - 1.5f * t3;
    out->weight[3][i] = -0.5f * t2 + 0.5f * t3;
  }
}

// The 4 x 4 neighbours from (x, y) on, edge pixels repeated.
void copy_at_edge(const Texels& from, int x, int y, std::uint32_t* to) {
  for (int v = 0; v < 4; ++v) {
    const std::uint32_t* row = from.first + std::clamp(y + v, 0, from.height - 1) * from.stride;
    for (int u = 0; u < 4; ++u) *to++ = row[std::clamp(x + u, 0, from.width - 1)];
  }
}

MIEN_INLINE float sum_of(const FourFloats& v) { return v[0] + v[1] + (v[2] + v[3]); }
MIEN_INLINE float as_byte(float v) { return std::min(std::max(v, 0.0f), 255.0f); }

struct Row {
  float *r, *g, *b, *alpha;  // alpha may be null
};

// n pixels with known neighbours; `wanted`: which of them lie somewhere.
MIEN_SIMD_CLONES
void mix_row(const Texels& from, const Neighbours& x, const Neighbours& y, const bool* wanted, int n,
             const Row& out) {
  std::uint32_t edge[16];
  for (int i = 0; i < n; ++i) {
    if (!wanted[i]) continue;
    const int left = x.first[i], top = y.first[i];
    const bool inside = left >= 0 && top >= 0 && left + 3 < from.width && top + 3 < from.height;
    if (!inside) copy_at_edge(from, left, top, edge);
    const std::uint32_t* first = inside ? from.first + top * from.stride + left : edge;
    const std::ptrdiff_t stride = inside ? from.stride : 4;
    FourFloats red{}, green{}, blue{};
    for (int v = 0; v < 4; ++v) {
      FourTexels rgba;
      std::memcpy(&rgba, first + v * stride, sizeof rgba);
      const float w = y.weight[v][i];
      red += w * __builtin_convertvector(rgba & 255, FourFloats);
      green += w * __builtin_convertvector(rgba >> 8 & 255, FourFloats);
      blue += w * __builtin_convertvector(rgba >> 16 & 255, FourFloats);
    }
    const FourFloats across{x.weight[0][i], x.weight[1][i], x.weight[2][i], x.weight[3][i]};
    out.r[i] = as_byte(sum_of(across * red));
    out.g[i] = as_byte(sum_of(across * green));
    out.b[i] = as_byte(sum_of(across * blue));
    if (out.alpha == nullptr) continue;
    const auto at = [&](int u, int v) {
      return static_cast<float>(static_cast<std::int32_t>(first[v * stride + u] >> 24));
    };
    const float fx = x.part[i], above = at(1, 1) + fx * (at(2, 1) - at(1, 1)),
                below = at(1, 2) + fx * (at(2, 2) - at(1, 2));
    out.alpha[i] = (above + y.part[i] * (below - above)) * (1 / 255.0f);
  }
}

// -> whether any of the pixels lies somewhere.
bool find_wanted(const float* x, const float* y, const float* skipped, int n, bool* wanted) {
  int any = 0;
  for (int i = 0; i < n; ++i) {
    const float sum = x[i] - x[i] + (y[i] - y[i]);  // 0 for two finite ones
    wanted[i] = sum == 0 && !(skipped != nullptr && skipped[i] >= 1);
    any |= wanted[i];
  }
  return any != 0;
}

}  // namespace

void sample_bicubic(ImageView image, const SampleMap& map, int y0, int y1, PlanarRgb* out, Plane* alpha) {
  static_assert(std::endian::native == std::endian::little, "RGBA is read as one number");
  const Texels from{reinterpret_cast<const std::uint32_t*>(image.data), image.width, image.height,
                    static_cast<std::ptrdiff_t>(image.stride_bytes / 4)};
  Neighbours across, down;
  bool wanted[kBlock];
  for (int y = y0; y < y1; ++y) {
    for (int x = 0; x < out->width; x += kBlock) {
      const int n = std::min(kBlock, out->width - x);
      const float *px = map.x.row(y) + x, *py = map.y.row(y) + x;
      if (alpha != nullptr) std::fill_n(alpha->row(y) + x, n, 0.0f);
      if (!find_wanted(px, py, map.skipped ? map.skipped->row(y) + x : nullptr, n, wanted)) continue;
      find_neighbours(px, n, from.width, map.scale, map.shift, &across);
      find_neighbours(py, n, from.height, map.scale, map.shift, &down);
      const std::size_t first = static_cast<std::size_t>(y) * out->width + x;
      mix_row(from, across, down, wanted, n,
              {out->channel(0) + first, out->channel(1) + first, out->channel(2) + first,
               alpha != nullptr ? alpha->row(y) + x : nullptr});
    }
  }
}

}  // namespace mien
