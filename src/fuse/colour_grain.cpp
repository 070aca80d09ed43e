#include "fuse/colour_grain.h"

#include <algorithm>
#include <cmath>

#include "core/luma.h"
#include "core/simd_clones.h"
#include "fuse/robust.h"

namespace mien {
namespace {

constexpr float kFinest =
    0.006f;                   // in face widths: of the cells in which colour is compared, at least a pixel
constexpr int kCoarsest = 4;  // cells: of the coarsest scale; they double
constexpr float kLeastGrain = 0.3f;    // of 255: less is none
constexpr float kLargestGrain = 2.5f;  // of the usual: edges of lips and lids are no noise
constexpr std::size_t kMostSamples = 800, kFewestSamples = 150;

MIEN_SIMD_CLONES
void split_row(const float* r, const float* g, const float* b, int n, float* __restrict red,
               float* __restrict blue) {
  for (int i = 0; i < n; ++i) {
    const float light = luma(r[i], g[i], b[i]);
    red[i] = r[i] - light, blue[i] = b[i] - light;
  }
}

// Means of factor x factor pixels.
void split(const PlanarRgb& picture, int factor, ColourGrainScratch* s, Plane out[2]) {
  const int w = picture.width, h = picture.height;
  s->line.resize(2 * static_cast<std::size_t>(w));
  float *red = s->line.data(), *blue = red + w;
  for (int k = 0; k < 2; ++k) s->shrink[k].begin(w, h, factor, &out[k]);
  for (int y = 0; y < h; ++y) {
    const std::size_t at = static_cast<std::size_t>(y) * w;
    split_row(picture.channel(0) + at, picture.channel(1) + at, picture.channel(2) + at, w, red, blue);
    s->shrink[0].add(red, nullptr, 0, w), s->shrink[1].add(blue, nullptr, 0, w);
  }
}

// What is finer than a 3x3 binomial whose taps are `reach` cells apart.
MIEN_INLINE float fine_at(const float* up, const float* row, const float* down, int x, int reach) {
  const float sides = up[x] + down[x] + row[x - reach] + row[x + reach],
              corners = up[x - reach] + up[x + reach] + down[x - reach] + down[x + reach];
  return row[x] - (4 * row[x] + 2 * sides + corners) / 16;
}

MIEN_SIMD_CLONES
void smooth_row(const float* up, const float* row, const float* down, int reach, int width,
                float* __restrict out) {
  for (int x = reach; x < width - reach; ++x) out[x] = row[x] - fine_at(up, row, down, x, reach);
}

// Takes what is finer than the binomial out, all but at the border.
void smooth(int reach, Plane* scratch, Plane* plane) {
  *scratch = *plane;
  for (int y = reach; y + reach < plane->height; ++y)
    smooth_row(scratch->row(y - reach), scratch->row(y), scratch->row(y + reach), reach, plane->width,
               plane->row(y));
}

// 1.48 times the median magnitude of what is finer, on bare skin; below 0: too little skin. factor: pixels of
// `skin` in a cell.
float usual_grain(const Plane& plane, const Plane& skin, int factor, int reach, std::vector<float>* sample) {
  sample->clear();
  const std::size_t step = 1 + plane.size() / kMostSamples / 3, width = static_cast<std::size_t>(plane.width);
  for (std::size_t i = 0; i < plane.size(); i += step) {
    const int x = static_cast<int>(i % width), y = static_cast<int>(i / width);
    const bool inside = x >= reach && y >= reach && x + reach < plane.width && y + reach < plane.height;
    const int skin_x = std::min(x * factor + factor / 2, skin.width - 1),
              skin_y = std::min(y * factor + factor / 2, skin.height - 1);
    if (!inside || !(skin.row(skin_y)[skin_x] > 0.5f)) continue;
    const float v = fine_at(plane.row(y - reach), plane.row(y), plane.row(y + reach), x, reach);
    if (std::isfinite(v)) sample->push_back(v);
  }
  if (sample->size() < kFewestSamples) return -1;
  return robust_deviation(sample);
}

struct Grain {
  float share = 0, limit = 0;  // of the target's that is added, and how much of it at most
};

// Noise of two pictures adds up by its squares.
Grain missing_grain(float own, float wanted) {
  if (own < 0 || wanted < kLeastGrain || own >= wanted) return {};
  return {std::sqrt(1 - own * own / (wanted * wanted)), kLargestGrain * wanted};
}

MIEN_SIMD_CLONES
void gather_row(const float* up, const float* row, const float* down, const Grain grain, int reach, int width,
                float* __restrict change) {
  for (int x = reach; x < width - reach; ++x) {
    const float fine = fine_at(up, row, down, x, reach);
    const float more = grain.share * std::min(std::max(fine, -grain.limit), grain.limit);
    change[x] += std::abs(fine) < 1e6f ? more : 0.0f;  // what is no number is not below anything
  }
}

// Adds to s->change[k] what is missing of the grain between the planes' own smoothness and `reach`. ->
// whether anything is
bool gather(int k, int reach, const Plane& skin, int factor, ColourGrainScratch* s) {
  const float own = usual_grain(s->fused[k], skin, factor, reach, &s->sample);
  const Plane& target = s->target[k];
  const Grain grain = missing_grain(own, usual_grain(target, skin, factor, reach, &s->sample));
  if (!(grain.share > 0)) return false;
  for (int y = reach; y + reach < target.height; ++y)
    gather_row(target.row(y - reach), target.row(y), target.row(y + reach), grain, reach, target.width,
               s->change[k].row(y));
  return true;
}

MIEN_SIMD_CLONES
void add_row(const float* red, const float* blue, const float* alpha, int n, float* __restrict r,
             float* __restrict g, float* __restrict b) {
  for (int x = 0; x < n; ++x) {
    const float green = -(kLumaRed * red[x] + kLumaBlue * blue[x]) / kLumaGreen;
    r[x] = alpha[x] > 0 ? std::min(std::max(r[x] + red[x], 0.0f), 255.0f) : r[x];
    g[x] = alpha[x] > 0 ? std::min(std::max(g[x] + green, 0.0f), 255.0f) : g[x];
    b[x] = alpha[x] > 0 ? std::min(std::max(b[x] + blue[x], 0.0f), 255.0f) : b[x];
  }
}

// The change, brought back to pixels.
void add(const Plane& alpha, int factor, ColourGrainScratch* s, PlanarRgb* fused) {
  const int w = fused->width;
  s->line.resize(2 * static_cast<std::size_t>(w));
  float *red = s->line.data(), *blue = red + w;
  for (int k = 0; k < 2; ++k) s->enlarge[k].begin(s->change[k], factor, w);
  for (int y = 0; y < fused->height; ++y) {
    s->enlarge[0].row(y, 0, w, red), s->enlarge[1].row(y, 0, w, blue);
    const std::size_t at = static_cast<std::size_t>(y) * w;
    add_row(red, blue, alpha.row(y), w, fused->channel(0) + at, fused->channel(1) + at,
            fused->channel(2) + at);
  }
}

}  // namespace

void match_colour_grain(const PlanarRgb& target, const Plane& alpha, const Plane& skin, float width_px,
                        ColourGrainScratch* s, PlanarRgb* fused) {
  const int factor = std::max(1, static_cast<int>(std::lround(kFinest * width_px)));
  split(target, factor, s, s->target), split(*fused, factor, s, s->fused);
  bool any = false;
  for (int k = 0; k < 2; ++k) {
    s->change[k].resize(s->target[k].width, s->target[k].height);
    s->change[k].fill(0);
    for (int reach = 1; reach <= kCoarsest; reach *= 2) {
      any = gather(k, reach, skin, factor, s) || any;
      if (reach < kCoarsest)
        smooth(reach, &s->smoothed, &s->target[k]), smooth(reach, &s->smoothed, &s->fused[k]);
    }
  }
  if (any) add(alpha, factor, s, fused);
}

}  // namespace mien
