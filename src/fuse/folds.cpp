#include "fuse/folds.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/simd_clones.h"
#include "fuse/fast_math.h"

namespace mien {
namespace {

// How many times as far apart two neighbours lie as on an even surface.
constexpr float kSqueezed = 1.85f, kFolded = 2.8f;

struct MapRows {
  const float *x, *y;
};

// jump[i] = the largest distance (along an axis, level-0 pixels) from a pixel to its right and lower
// neighbour. Beside pixels without a place, which are NaN, it is 0. -> whether any is above `least`.
MIEN_SIMD_CLONES
bool find_jumps(MapRows here, MapRows below, int n, float least, float* __restrict jump) {
  std::int32_t any = 0;
  for (int i = 0; i < n; ++i) {
    const float right = std::max(std::fabs(here.x[i + 1] - here.x[i]), std::fabs(here.y[i + 1] - here.y[i]));
    const float down = std::max(std::fabs(below.x[i] - here.x[i]), std::fabs(below.y[i] - here.y[i]));
    const float a = right < 1e6f ? right : 0.0f, b = down < 1e6f ? down : 0.0f;
    jump[i] = std::max(a, b);
  }
  for (int i = 0; i < n; ++i) any |= jump[i] > least ? 1 : 0;
  return any != 0;
}

struct SmoothedPixel {
  std::size_t place;
  float rgb[3];
};

// What becomes of the pixel that lies `share` on a fold; pixels that the mesh does not cover do not count.
SmoothedPixel smoothed(const WarpMaps& maps, const PlanarRgb& warped, std::size_t place, float share) {
  float sum[3] = {}, total = 0;
  const std::ptrdiff_t row = maps.depth.width;
  for (int v = -1; v <= 1; ++v) {
    for (int u = -1; u <= 1; ++u) {
      const std::size_t at = place + v * row + u;
      if (!maps.covered(at)) continue;
      const float weight = static_cast<float>((2 - std::abs(u)) * (2 - std::abs(v)));
      total += weight;
      for (int c = 0; c < 3; ++c) sum[c] += weight * warped.channel(c)[at];
    }
  }
  SmoothedPixel out{place, {}};
  for (int c = 0; c < 3; ++c) {
    const float own = warped.channel(c)[place];
    out.rgb[c] = total > 0 ? own + share * (sum[c] / total - own) : own;
  }
  return out;
}

// A jump lies between two pixels; both are smoothed.
void smooth_row(const WarpMaps& maps, int y, const float* here, const float* above, float spacing,
                const PlanarRgb& warped, std::vector<SmoothedPixel>* changed) {
  const float least = kSqueezed * spacing;
  for (int x = 1; x + 1 < maps.depth.width; ++x) {
    const float jump = std::max({here[x], here[x - 1], above[x]});
    if (jump <= least) continue;
    const std::size_t place = static_cast<std::size_t>(y) * maps.depth.width + x;
    if (maps.covered(place))
      changed->push_back(smoothed(maps, warped, place, smoothstep(kSqueezed, kFolded, jump / spacing)));
  }
}

}  // namespace

void smooth_folds(const WarpMaps& maps, float spacing, PlanarRgb* warped) {
  const int width = maps.depth.width, height = maps.depth.height;
  if (width < 3 || height < 3) return;
  thread_local std::vector<float> jumps;
  thread_local std::vector<SmoothedPixel> changed;
  jumps.assign(static_cast<std::size_t>(width) * 2, 0.0f);
  changed.clear();
  float *above = jumps.data(), *here = above + width;
  const float least = kSqueezed * spacing;
  bool any_above = false;
  for (int y = 0; y + 1 < height; ++y, std::swap(above, here)) {
    const bool any = find_jumps({maps.source_x.row(y), maps.source_y.row(y)},
                                {maps.source_x.row(y + 1), maps.source_y.row(y + 1)}, width - 1, least, here);
    if (y > 0 && (any || any_above)) smooth_row(maps, y, here, above, spacing, *warped, &changed);
    any_above = any;
  }
  for (const SmoothedPixel& p : changed)
    for (int c = 0; c < 3; ++c) warped->channel(c)[p.place] = p.rgb[c];
}

}  // namespace mien
