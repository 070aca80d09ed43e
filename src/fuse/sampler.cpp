#include "fuse/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/simd_clones.h"

namespace mien {
namespace {

constexpr int kBlock = 64;  // pixels done side by side

// Of a block: where its pixels' 4 x 4 neighbours lie (in pixels of 4 bytes) and what they weigh. A pixel
// without position weighs nothing.
struct Neighbours {
  std::int32_t column[4][kBlock], row[4][kBlock];
  float weight_x[4][kBlock], weight_y[4][kBlock];
};

struct Colours {
  float r[kBlock], g[kBlock], b[kBlock];
};

// Catmull-Rom weights of the pixels at -1, 0, 1, 2 for the part of `position` behind the point, and their
// clamped indices times `stride`.
MIEN_SIMD_CLONES
void find_neighbours(const float* position, int n, int size, int stride, std::int32_t (&index)[4][kBlock],
                     float (&weight)[4][kBlock]) {
  const float last = static_cast<float>(size + 4);
  for (int i = 0; i < n; ++i) {
    const float given = position[i], p = std::clamp(given == given ? given : 0.0f, -4.0f, last);
    const float whole = std::floor(p), t = p - whole, t2 = t * t, t3 = t2 * t;
    const int at = static_cast<int>(whole) - 1;
    for (int k = 0; k < 4; ++k) index[k][i] = stride * std::clamp(at + k, 0, size - 1);
    weight[0][i] = -0.5f * t + t2 - 0.5f * t3;
    weight[1][i] = 1 - 2.5f * t2 + 1.5f * t3;
    weight[2][i] = 0.5f * t + 2 * t2 - 1.5f * t3;
    weight[3][i] = -0.5f * t2 + 0.5f * t3;
  }
}

// Four neighbours of a row, mixed.
MIEN_SIMD_CLONES
void mix_row(const std::uint32_t* pixels, const std::int32_t* row, const std::int32_t* column,
             const float* weight_x, const float* weight_y, int n, float* __restrict r, float* __restrict g,
             float* __restrict b) {
  for (int i = 0; i < n; ++i) {
    float red = 0, green = 0, blue = 0;
    for (int u = 0; u < 4; ++u) {
      const std::uint32_t rgba = pixels[row[i] + column[u * kBlock + i]];
      const float w = weight_x[u * kBlock + i];
      red += w * static_cast<float>(static_cast<std::int32_t>(rgba & 255));
      green += w * static_cast<float>(static_cast<std::int32_t>(rgba >> 8 & 255));
      blue += w * static_cast<float>(static_cast<std::int32_t>(rgba >> 16 & 255));
    }
    r[i] += weight_y[i] * red, g[i] += weight_y[i] * green, b[i] += weight_y[i] * blue;
  }
}

bool somewhere(float x, float y) { return std::isfinite(x) && std::isfinite(y); }

}  // namespace

void sample_bicubic(ImageView image, const Plane& map_x, const Plane& map_y, int y0, int y1, PlanarRgb* out) {
  static_assert(std::endian::native == std::endian::little, "RGBA is read as one number");
  const auto* pixels = reinterpret_cast<const std::uint32_t*>(image.data);
  const int stride = static_cast<int>(image.stride_bytes / 4);
  Neighbours at;
  Colours colours;
  for (int y = y0; y < y1; ++y) {
    for (int x = 0; x < out->width; x += kBlock) {
      const int n = std::min(kBlock, out->width - x);
      const float *px = map_x.row(y) + x, *py = map_y.row(y) + x;
      if (std::none_of(px, px + n, [](float v) { return std::isfinite(v); })) continue;
      find_neighbours(px, n, image.width, 1, at.column, at.weight_x);
      find_neighbours(py, n, image.height, stride, at.row, at.weight_y);
      colours = {};
      for (int v = 0; v < 4; ++v)
        mix_row(pixels, at.row[v], at.column[0], at.weight_x[0], at.weight_y[v], n, colours.r, colours.g,
                colours.b);
      const std::size_t first = static_cast<std::size_t>(y) * out->width + x;
      for (int i = 0; i < n; ++i) {
        if (!somewhere(px[i], py[i])) continue;
        out->channel(0)[first + i] = std::clamp(colours.r[i], 0.0f, 255.0f);
        out->channel(1)[first + i] = std::clamp(colours.g[i], 0.0f, 255.0f);
        out->channel(2)[first + i] = std::clamp(colours.b[i], 0.0f, 255.0f);
      }
    }
  }
}

namespace {

// n pixels; without branches, so that several are done side by side.
MIEN_SIMD_CLONES
void alpha_of(const std::uint32_t* pixels, int width, int height, int stride, const float* map_x,
              const float* map_y, std::size_t n, float* __restrict out) {
  const float right = static_cast<float>(width - 1), bottom = static_cast<float>(height - 1);
  for (std::size_t i = 0; i < n; ++i) {
    const float x = map_x[i], y = map_y[i];
    const bool known = x - x == 0 && y - y == 0;
    const float px = std::min(std::max(known ? x : 0.0f, 0.0f), right),
                py = std::min(std::max(known ? y : 0.0f, 0.0f), bottom);
    const int x0 = static_cast<int>(px), y0 = static_cast<int>(py), x1 = std::min(x0 + 1, width - 1),
              y1 = std::min(y0 + 1, height - 1);
    const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
    const auto at = [&](int u, int v) {
      return static_cast<float>(static_cast<std::int32_t>(pixels[v * stride + u] >> 24));
    };
    const float top = at(x0, y0) + fx * (at(x1, y0) - at(x0, y0)),
                under = at(x0, y1) + fx * (at(x1, y1) - at(x0, y1));
    out[i] = known ? (top + fy * (under - top)) / 255 : 0.0f;
  }
}

}  // namespace

void sample_alpha(ImageView image, const Plane& map_x, const Plane& map_y, Plane* out) {
  out->resize(map_x.width, map_x.height);
  alpha_of(reinterpret_cast<const std::uint32_t*>(image.data), image.width, image.height,
           static_cast<int>(image.stride_bytes / 4), map_x.values.data(), map_y.values.data(), out->size(),
           out->values.data());
}

}  // namespace mien
