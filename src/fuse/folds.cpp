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
constexpr float kNowhere = 1e6f;  // pixels: more than any picture has

// The rows of a map (level-0 pixels) that a canvas row and the one below look up.
struct MapRows {
  const float *x, *y, *x_below, *y_below;
};

// Of a row, from each pixel to its right and to its lower neighbour: the larger of the distances along x and y.
struct Jumps {
  std::vector<float> right, down;
  void resize(int width) { right.assign(width, 0.0f), down.assign(width, 0.0f); }
};

MIEN_INLINE float larger_distance(float dx, float dy) { return std::max(std::fabs(dx), std::fabs(dy)); }
MIEN_INLINE float to_right(const MapRows& map, int i) {
  return larger_distance(map.x[i + 1] - map.x[i], map.y[i + 1] - map.y[i]);
}
MIEN_INLINE float to_below(const MapRows& map, int i) {
  return larger_distance(map.x_below[i] - map.x[i], map.y_below[i] - map.y[i]);
}

// Beside pixels without a place, which are NaN, distances are 0.
MIEN_SIMD_CLONES
void find_jumps(const MapRows map, int n, float* __restrict right, float* __restrict down) {
  for (int i = 0; i < n; ++i) {
    const float a = to_right(map, i), b = to_below(map, i);
    right[i] = a < kNowhere ? a : 0.0f;
    down[i] = b < kNowhere ? b : 0.0f;
  }
}

// Where the mirrored side is shown its own distances count.
MIEN_SIMD_CLONES
void take_mirrored(const float* own_share, const float* mirrored, int n, float* __restrict jump) {
  for (int i = 0; i < n; ++i) jump[i] = own_share[i] < 0.5f ? mirrored[i] : jump[i];
}

// Whether a distance of the row is above the limit: most rows have none.
MIEN_SIMD_CLONES
bool any_above(const MapRows map, int n, float limit) {
  std::int32_t any = 0;
  for (int i = 0; i < n; ++i) {
    const float a = to_right(map, i), b = to_below(map, i);
    any |= (a > limit && a < kNowhere) || (b > limit && b < kNowhere) ? 1 : 0;
  }
  return any != 0;
}

MapRows rows_of(const Plane& x, const Plane& y, int row) {
  return {x.row(row), y.row(row), x.row(row + 1), y.row(row + 1)};
}

bool any_jump(const WarpMaps& maps, bool uses_mirror, int y, float limit) {
  const int n = maps.depth.width - 1;
  return any_above(rows_of(maps.source_x, maps.source_y, y), n, limit) ||
         (uses_mirror && any_above(rows_of(maps.mirror_x, maps.mirror_y, y), n, limit));
}

void find_jumps(const WarpMaps& maps, bool uses_mirror, int y, Jumps* out) {
  thread_local Jumps mirrored;  // scratch that keeps its memory
  const int n = maps.depth.width - 1;
  find_jumps(rows_of(maps.source_x, maps.source_y, y), n, out->right.data(), out->down.data());
  if (!uses_mirror) return;
  mirrored.resize(maps.depth.width);
  find_jumps(rows_of(maps.mirror_x, maps.mirror_y, y), n, mirrored.right.data(), mirrored.down.data());
  take_mirrored(maps.own_share.row(y), mirrored.right.data(), n, out->right.data());
  take_mirrored(maps.own_share.row(y), mirrored.down.data(), n, out->down.data());
}

// How far apart neighbours lie on most of this face, whatever its size and turn; `unknown` where it is nowhere.
float usual_spacing(const WarpMaps& maps, float unknown) {
  constexpr std::size_t kMostSamples = 2'000;
  thread_local std::vector<float> seen;  // scratch that keeps its memory
  seen.clear();
  const int width = maps.depth.width;
  const std::size_t last = maps.depth.size() - static_cast<std::size_t>(width) - 1,
                    step = 1 + last / kMostSamples / 2;
  const std::vector<float>&sx = maps.source_x.values, &sy = maps.source_y.values;
  for (std::size_t i = 0; i < last; i += step) {
    // Where a pixel has no place its source_y may hold anything.
    const float right = sx[i + 1] - sx[i], below = sx[i + width] - sx[i];
    if (!std::isfinite(right + below)) continue;
    seen.push_back(std::max(std::fabs(right), std::fabs(sy[i + width] - sy[i])));
  }
  if (seen.empty()) return unknown;
  const auto middle = seen.begin() + static_cast<std::ptrdiff_t>(seen.size() / 2);
  std::nth_element(seen.begin(), middle, seen.end());
  return *middle;
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
void smooth_row(const WarpMaps& maps, int y, const Jumps& here, const Jumps& above, float spacing,
                const PlanarRgb& warped, std::vector<SmoothedPixel>* changed) {
  for (int x = 1; x + 1 < maps.depth.width; ++x) {
    const float jump = std::max({here.right[x], here.right[x - 1], here.down[x], above.down[x]});
    if (jump <= kSqueezed * spacing) continue;
    const std::size_t place = static_cast<std::size_t>(y) * maps.depth.width + x;
    if (maps.covered(place))
      changed->push_back(smoothed(maps, warped, place, smoothstep(kSqueezed, kFolded, jump / spacing)));
  }
}

}  // namespace

void smooth_folds(const WarpMaps& maps, bool uses_mirror, float least_spacing, PlanarRgb* warped) {
  const int width = maps.depth.width, height = maps.depth.height;
  if (width < 3 || height < 3) return;
  thread_local Jumps above, here;  // scratch that keeps its memory
  thread_local std::vector<SmoothedPixel> changed;
  above.resize(width), here.resize(width), changed.clear();
  const float spacing = std::max(least_spacing, usual_spacing(maps, least_spacing)),
              limit = kSqueezed * spacing;
  bool was_any = false, knows_above = false;
  for (int y = 0; y + 1 < height; ++y) {
    const bool any = any_jump(maps, uses_mirror, y, limit), looks = y > 0 && (any || was_any);
    if (looks) {
      if (!knows_above) find_jumps(maps, uses_mirror, y - 1, &above);
      find_jumps(maps, uses_mirror, y, &here);
      smooth_row(maps, y, here, above, spacing, *warped, &changed);
      std::swap(above, here);
    }
    was_any = any, knows_above = looks;
  }
  for (const SmoothedPixel& p : changed)
    for (int c = 0; c < 3; ++c) warped->channel(c)[p.place] = p.rgb[c];
}

}  // namespace mien
