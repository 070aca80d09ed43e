#include "fuse/sampler.h"

#include <algorithm>
#include <cmath>

#include "core/simd_clones.h"

namespace mien {
namespace {

struct Weights {
  float w[4];
};

// Catmull-Rom weights of the pixels at -1, 0, 1, 2 for a position t in 0..1 between the second and the third.
Weights catmull_rom(float t) {
  const float t2 = t * t, t3 = t2 * t;
  return {{-0.5f * t + t2 - 0.5f * t3, 1 - 2.5f * t2 + 1.5f * t3, 0.5f * t + 2 * t2 - 1.5f * t3, -0.5f * t2 + 0.5f * t3}};
}

// Four channels, so that the compiler handles a pixel as one vector.
struct Rgba {
  float v[4];
};

MIEN_INLINE Rgba weigh(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c, const std::uint8_t* d, const Weights& w) {
  Rgba out;
  for (int k = 0; k < 4; ++k) {
    out.v[k] = w.w[0] * static_cast<float>(a[k]) + w.w[1] * static_cast<float>(b[k]) + w.w[2] * static_cast<float>(c[k]) + w.w[3] * static_cast<float>(d[k]);
  }
  return out;
}

MIEN_INLINE Rgba sum_of_four(const Rgba (&line)[4], const Weights& w) {
  Rgba out;
  for (int k = 0; k < 4; ++k) out.v[k] = w.w[0] * line[0].v[k] + w.w[1] * line[1].v[k] + w.w[2] * line[2].v[k] + w.w[3] * line[3].v[k];
  return out;
}

}  // namespace

MIEN_SIMD_CLONES
void sample_bicubic(ImageView image, const Plane& map_x, const Plane& map_y, int y0, int y1, PlanarRgb* out) {
  const auto limit_x = static_cast<float>(image.width + 4), limit_y = static_cast<float>(image.height + 4);
  float *red = out->channel(0), *green = out->channel(1), *blue = out->channel(2);
  for (int y = y0; y < y1; ++y) {
    const float *row_x = map_x.row(y), *row_y = map_y.row(y);
    const std::size_t at = static_cast<std::size_t>(y) * out->width;
    for (int x = 0; x < out->width; ++x) {
      if (!std::isfinite(row_x[x]) || !std::isfinite(row_y[x])) continue;
      const float px = std::clamp(row_x[x], -4.0f, limit_x), py = std::clamp(row_y[x], -4.0f, limit_y);
      const float fx = std::floor(px), fy = std::floor(py);
      const int ix = static_cast<int>(fx), iy = static_cast<int>(fy);
      const Weights wx = catmull_rom(px - fx), wy = catmull_rom(py - fy);
      int offset[4];
      for (int u = 0; u < 4; ++u) offset[u] = 4 * std::clamp(ix - 1 + u, 0, image.width - 1);
      Rgba line[4];
      for (int v = 0; v < 4; ++v) {
        const std::uint8_t* row = image.row(std::clamp(iy - 1 + v, 0, image.height - 1));
        line[v] = weigh(row + offset[0], row + offset[1], row + offset[2], row + offset[3], wx);
      }
      const Rgba sum = sum_of_four(line, wy);
      red[at + x] = std::clamp(sum.v[0], 0.0f, 255.0f);
      green[at + x] = std::clamp(sum.v[1], 0.0f, 255.0f);
      blue[at + x] = std::clamp(sum.v[2], 0.0f, 255.0f);
    }
  }
}

MIEN_SIMD_CLONES
void sample_alpha(ImageView image, const Plane& map_x, const Plane& map_y, Plane* out) {
  out->resize(map_x.width, map_x.height);
  for (std::size_t i = 0; i < out->size(); ++i) {
    out->values[i] = 0;
    if (!std::isfinite(map_x.values[i]) || !std::isfinite(map_y.values[i])) continue;
    const float px = std::clamp(map_x.values[i], 0.0f, static_cast<float>(image.width - 1)), py = std::clamp(map_y.values[i], 0.0f, static_cast<float>(image.height - 1));
    const int x0 = static_cast<int>(px), y0 = static_cast<int>(py), x1 = std::min(x0 + 1, image.width - 1), y1 = std::min(y0 + 1, image.height - 1);
    const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
    const auto at = [&](int x, int y) { return static_cast<float>(image.row(y)[4 * x + 3]); };
    const float top = at(x0, y0) + fx * (at(x1, y0) - at(x0, y0)), bottom = at(x0, y1) + fx * (at(x1, y1) - at(x0, y1));
    out->values[i] = (top + fy * (bottom - top)) / 255;
  }
}

}  // namespace mien
