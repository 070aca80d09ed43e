#include "fuse/colour_detail.h"

#include <algorithm>
#include <cmath>

#include "core/luma.h"
#include "core/simd_clones.h"

namespace mien {
namespace {

// What will be seen: what red and blue differ from luma.
void split(const PlanarRgb& target, const Plane& alpha, const PlanarRgb& fused, ColourDetailScratch* s) {
  for (Plane* plane : {&s->red, &s->blue}) plane->resize(fused.width, fused.height);
  for (std::size_t i = 0; i < fused.plane(); ++i) {
    const float a = alpha.values[i];
    const auto seen = [&](int c) {
      const float below = target.channel(c)[i];
      return a > 0 ? below + a * (fused.channel(c)[i] - below) : below;
    };
    const float r = seen(0), b = seen(2), light = luma(r, seen(1), b);
    s->red.values[i] = r - light, s->blue.values[i] = b - light;
  }
}

// What a 3x3 binomial would add to pixels 1 .. width - 2 of `row`.
MIEN_SIMD_CLONES
void smoothing_of_row(const float* up, const float* row, const float* down, int width,
                      float* __restrict out) {
  for (int x = 1; x < width - 1; ++x) {
    const float sides = up[x] + down[x] + row[x - 1] + row[x + 1],
                corners = up[x - 1] + up[x + 1] + down[x - 1] + down[x + 1];
    out[x] = (4 * row[x] + 2 * sides + corners) / 16 - row[x];
  }
}

}  // namespace

void soften_colour(const PlanarRgb& target, const Plane& alpha, ColourDetailScratch* s, PlanarRgb* fused) {
  split(target, alpha, *fused, s);
  const int width = fused->width;
  s->red_change.resize(static_cast<std::size_t>(width));
  s->blue_change.resize(static_cast<std::size_t>(width));
  const float *red = s->red_change.data(), *blue = s->blue_change.data();
  for (int y = 1; y + 1 < fused->height; ++y) {
    smoothing_of_row(s->red.row(y - 1), s->red.row(y), s->red.row(y + 1), width, s->red_change.data());
    smoothing_of_row(s->blue.row(y - 1), s->blue.row(y), s->blue.row(y + 1), width, s->blue_change.data());
    const std::size_t first = static_cast<std::size_t>(y) * width;
    for (int x = 1; x + 1 < width; ++x) {
      const std::size_t i = first + x;
      if (!(alpha.values[i] > 0) || !std::isfinite(red[x] + blue[x])) continue;
      const float change[3] = {red[x], -(kLumaRed * red[x] + kLumaBlue * blue[x]) / kLumaGreen, blue[x]};
      for (int c = 0; c < 3; ++c)
        fused->channel(c)[i] = std::clamp(fused->channel(c)[i] + change[c], 0.0f, 255.0f);
    }
  }
}

}  // namespace mien
