#include "fuse/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/simd_clones.h"

namespace mien {
namespace {

constexpr int kBlock = 64;  // pixels whose weights are found side by side; even

// Two pixels are mixed at a time, of each a row of four neighbours. GCC 12 makes no vector loop of plain
// arrays of four here.
using FourTexels [[gnu::vector_size(16)]] = std::int32_t;
using TwoFourTexels [[gnu::vector_size(32)]] = std::int32_t;
using TwoFours [[gnu::vector_size(32)]] = float;

struct Texels {
  const std::uint32_t* first;  // RGBA
  int width, height;
  std::ptrdiff_t stride;  // in pixels
};

// Of a block, along one axis: the first of a pixel's 4 neighbours, and how far it lies behind the second.
struct Neighbours {
  std::int32_t first[kBlock];
  float part[kBlock];
};

MIEN_SIMD_CLONES
void find_neighbours(const float* position, int n, int size, float scale, float shift, Neighbours* out) {
  const float last = static_cast<float>(size + 4);
  for (int i = 0; i < n; ++i) {
    const float given = scale * position[i] + shift,
                p = std::clamp(given == given ? given : 0.0f, -4.0f, last);
    const float whole = std::floor(p);
    out->first[i] = static_cast<std::int32_t>(whole) - 1;
    out->part[i] = p - whole;
  }
}

// Where the 4 x 4 neighbours of a pixel lie.
struct Place {
  const std::uint32_t* first;
  std::ptrdiff_t stride;
};

// edge: room for neighbours that do not all lie inside; the picture's edge pixels are repeated.
MIEN_INLINE Place place_of(const Texels& from, int x, int y, std::uint32_t* edge) {
  if (x >= 0 && y >= 0 && x + 3 < from.width && y + 3 < from.height)
    return {from.first + y * from.stride + x, from.stride};
  for (int v = 0; v < 4; ++v) {
    const std::uint32_t* row = from.first + std::clamp(y + v, 0, from.height - 1) * from.stride;
    for (int u = 0; u < 4; ++u) edge[4 * v + u] = row[std::clamp(x + u, 0, from.width - 1)];
  }
  return {edge, 4};
}

// The pixels i and i + 1 (of the places a and b): four values of each, red, green, blue and alpha, clamped to
// 0..255. Colours are weighed by Catmull-Rom's cubics, alpha bilinearly.
MIEN_INLINE void mix_two(const Place& a, const Place& b, const Neighbours& x, const Neighbours& y, int i,
                         float* out) {
  constexpr TwoFours kCubic[4] = {{0, 1, 0, 0, 0, 1, 0, 0},
                                  {-0.5f, 0, 0.5f, 0, -0.5f, 0, 0.5f, 0},
                                  {1, -2.5f, 2, -0.5f, 1, -2.5f, 2, -0.5f},
                                  {-0.5f, 1.5f, -1.5f, 0.5f, -0.5f, 1.5f, -1.5f, 0.5f}};
  constexpr TwoFours kLinear[2] = {{0, 1, 0, 0, 0, 1, 0, 0}, {0, -1, 1, 0, 0, -1, 1, 0}};
  const float x0 = x.part[i], x1 = x.part[i + 1], y0 = y.part[i], y1 = y.part[i + 1];
  const TwoFours tx = {x0, x0, x0, x0, x1, x1, x1, x1}, ty = {y0, y0, y0, y0, y1, y1, y1, y1};
  const TwoFours across = kCubic[0] + tx * (kCubic[1] + tx * (kCubic[2] + tx * kCubic[3])),
                 down = kCubic[0] + ty * (kCubic[1] + ty * (kCubic[2] + ty * kCubic[3]));
  TwoFours red{}, green{}, blue{};
  TwoFourTexels rgba[4];
  const auto add_row = [&](int v, const TwoFours& weight) __attribute__((always_inline)) {
    FourTexels of_a, of_b;
    std::memcpy(&of_a, a.first + v * a.stride, sizeof of_a);
    std::memcpy(&of_b, b.first + v * b.stride, sizeof of_b);
    rgba[v] = __builtin_shufflevector(of_a, of_b, 0, 1, 2, 3, 4, 5, 6, 7);
    red += weight * __builtin_convertvector(rgba[v] & 255, TwoFours);
    green += weight * __builtin_convertvector(rgba[v] >> 8 & 255, TwoFours);
    blue += weight * __builtin_convertvector(rgba[v] >> 16 & 255, TwoFours);
  };
  add_row(0, __builtin_shufflevector(down, down, 0, 0, 0, 0, 4, 4, 4, 4));
  add_row(1, __builtin_shufflevector(down, down, 1, 1, 1, 1, 5, 5, 5, 5));
  add_row(2, __builtin_shufflevector(down, down, 2, 2, 2, 2, 6, 6, 6, 6));
  add_row(3, __builtin_shufflevector(down, down, 3, 3, 3, 3, 7, 7, 7, 7));
  const TwoFours upper = __builtin_convertvector(rgba[1] >> 24 & 255, TwoFours),
                 lower = __builtin_convertvector(rgba[2] >> 24 & 255, TwoFours);
  const TwoFours alpha = (upper + ty * (lower - upper)) * (kLinear[0] + tx * kLinear[1]);
  red *= across, green *= across, blue *= across;
  // The sums over each pixel's four lanes, of all four values at once.
  const TwoFours rg = __builtin_shufflevector(red, green, 0, 8, 1, 9, 4, 12, 5, 13) +
                      __builtin_shufflevector(red, green, 2, 10, 3, 11, 6, 14, 7, 15),
                 ba = __builtin_shufflevector(blue, alpha, 0, 8, 1, 9, 4, 12, 5, 13) +
                      __builtin_shufflevector(blue, alpha, 2, 10, 3, 11, 6, 14, 7, 15);
  TwoFours sum = __builtin_shufflevector(rg, ba, 0, 1, 8, 9, 4, 5, 12, 13) +
                 __builtin_shufflevector(rg, ba, 2, 3, 10, 11, 6, 7, 14, 15);
  const TwoFours least{}, most = least + 255.0f;
  sum = sum > least ? sum : least;
  sum = sum < most ? sum : most;
  std::memcpy(out, &sum, sizeof sum);
}

// n pixels with known neighbours; `wanted`: which of them lie somewhere. The others get anything.
MIEN_SIMD_CLONES
void mix_block(const Texels& from, const Neighbours& x, const Neighbours& y, const std::int32_t* wanted,
               int n, float (*out)[4]) {
  std::uint32_t edges[2][16];
  for (int i = 0; i < n; i += 2) {
    const bool second = i + 1 < n && wanted[i + 1];
    if (!wanted[i] && !second) continue;
    const auto place = [&](int k) { return place_of(from, x.first[k], y.first[k], edges[k - i]); };
    const Place a = place(wanted[i] ? i : i + 1), b = second ? place(i + 1) : a;
    mix_two(a, b, x, y, i, out[i]);
  }
}

struct Row {
  float *r, *g, *b, *alpha;  // alpha may be null
};

MIEN_SIMD_CLONES
void write_row(const float (*__restrict mixed)[4], const std::int32_t* __restrict wanted, int n, Row out) {
  float* __restrict r = out.r, * __restrict g = out.g, * __restrict b = out.b;
  for (int i = 0; i < n; ++i) {
    r[i] = wanted[i] ? mixed[i][0] : r[i], g[i] = wanted[i] ? mixed[i][1] : g[i];
    b[i] = wanted[i] ? mixed[i][2] : b[i];
  }
  if (out.alpha == nullptr) return;
  for (int i = 0; i < n; ++i) out.alpha[i] = wanted[i] ? mixed[i][3] * (1 / 255.0f) : 0;
}

// -> whether any of the pixels lies somewhere.
MIEN_SIMD_CLONES
bool find_wanted(const float* __restrict x, const float* __restrict y, const float* __restrict skipped, int n,
                 std::int32_t* __restrict wanted) {
  std::int32_t any = 0;
  for (int i = 0; i < n; ++i) {
    const float sum = x[i] - x[i] + (y[i] - y[i]);  // 0 for two finite ones
    wanted[i] = sum == 0 ? 1 : 0;
  }
  if (skipped != nullptr) {
    for (int i = 0; i < n; ++i) wanted[i] = skipped[i] >= 1 ? 0 : wanted[i];
  }
  for (int i = 0; i < n; ++i) any |= wanted[i];
  return any != 0;
}

}  // namespace

void sample_bicubic(ImageView image, const SampleMap& map, int y0, int y1, PlanarRgb* out, Plane* alpha) {
  static_assert(std::endian::native == std::endian::little, "RGBA is read as one number");
  const Texels from{reinterpret_cast<const std::uint32_t*>(image.data), image.width, image.height,
                    static_cast<std::ptrdiff_t>(image.stride_bytes / 4)};
  Neighbours across, down;
  std::int32_t wanted[kBlock];
  float mixed[kBlock][4];
  for (int y = y0; y < y1; ++y) {
    for (int x = 0; x < out->width; x += kBlock) {
      const int n = std::min(kBlock, out->width - x);
      const float *px = map.x.row(y) + x, *py = map.y.row(y) + x;
      if (alpha != nullptr) std::fill_n(alpha->row(y) + x, n, 0.0f);
      if (!find_wanted(px, py, map.skipped ? map.skipped->row(y) + x : nullptr, n, wanted)) continue;
      find_neighbours(px, n, from.width, map.scale, map.shift, &across);
      find_neighbours(py, n, from.height, map.scale, map.shift, &down);
      const std::size_t first = static_cast<std::size_t>(y) * out->width + x;
      mix_block(from, across, down, wanted, n, mixed);
      write_row(mixed, wanted, n,
                {out->channel(0) + first, out->channel(1) + first, out->channel(2) + first,
                 alpha != nullptr ? alpha->row(y) + x : nullptr});
    }
  }
}

}  // namespace mien
