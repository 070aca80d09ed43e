#include "fuse/colour_grain.h"

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

constexpr float kRed = 0.299f, kGreen = 0.587f, kBlue = 0.114f;

constexpr float kReach = 0.006f;  // in face widths: the finest distance between the pixels that are compared
constexpr int kCoarsest = 4;      // times that: the coarsest, doubling
constexpr float kLeastGrain = 0.3f;    // of 255: less is none
constexpr float kLargestGrain = 2.5f;  // of the usual: edges of lips and lids are no noise
constexpr std::size_t kMostSamples = 3000, kFewestSamples = 200;

float luma_of(float r, float g, float b) { return kRed * r + kGreen * g + kBlue * b; }

void split(const PlanarRgb& picture, Plane out[2]) {
  for (int k = 0; k < 2; ++k) out[k].resize(picture.width, picture.height);
  const float *r = picture.channel(0), *g = picture.channel(1), *b = picture.channel(2);
  for (std::size_t i = 0; i < picture.plane(); ++i) {
    const float luma = luma_of(r[i], g[i], b[i]);
    out[0].values[i] = r[i] - luma, out[1].values[i] = b[i] - luma;
  }
}

// Neighbours of a pixel in a picture of that width.
struct Taps {
  std::size_t reach, down;

  // What is finer than a 3x3 binomial whose taps are `reach` pixels apart.
  float fine(const float* p) const {
    const float *up = p - down, *below = p + down;
    const float sides = *up + *below + *(p - reach) + p[reach],
                corners = *(up - reach) + up[reach] + *(below - reach) + below[reach];
    return *p - (4 * *p + 2 * sides + corners) / 16;
  }
};

Taps taps(int reach, int width) {
  return {static_cast<std::size_t>(reach), static_cast<std::size_t>(reach) * static_cast<std::size_t>(width)};
}

// Takes what is finer than the binomial out, all but at the border.
void smooth(int reach, Plane* scratch, Plane* plane) {
  const Taps around = taps(reach, plane->width);
  *scratch = *plane;
  for (int y = reach; y + reach < plane->height; ++y) {
    const float* from = scratch->row(y);
    float* to = plane->row(y);
    for (int x = reach; x + reach < plane->width; ++x) to[x] -= around.fine(from + x);
  }
}

// 1.48 times the median magnitude of what is finer, on bare skin; below 0: too little skin.
float usual_grain(const Plane& plane, const Plane& skin, int reach, std::vector<float>* sample) {
  sample->clear();
  const std::size_t step = 1 + skin.size() / kMostSamples / 3, width = static_cast<std::size_t>(skin.width);
  const Taps around = taps(reach, skin.width);
  for (std::size_t i = 0; i < skin.size(); i += step) {
    const int x = static_cast<int>(i % width), y = static_cast<int>(i / width);
    const bool inside = x >= reach && y >= reach && x + reach < skin.width && y + reach < skin.height;
    if (!inside || !(skin.values[i] > 0.5f)) continue;
    const float v = around.fine(plane.values.data() + i);
    if (std::isfinite(v)) sample->push_back(std::abs(v));
  }
  if (sample->size() < kFewestSamples) return -1;
  const auto middle = sample->begin() + static_cast<std::ptrdiff_t>(sample->size() / 2);
  std::nth_element(sample->begin(), middle, sample->end());
  return 1.4826f * *middle;
}

struct Grain {
  float share = 0, limit = 0;  // of the target's that is added, and how much of it at most

  float of(float fine) const { return share * std::clamp(fine, -limit, limit); }
};

// Noise of two pictures adds up by its squares.
Grain missing_grain(float own, float wanted) {
  if (own < 0 || wanted < kLeastGrain || own >= wanted) return {};
  return {std::sqrt(1 - own * own / (wanted * wanted)), kLargestGrain * wanted};
}

// Adds what is missing of the grain between the planes' own smoothness and `reach`.
void match_at(int reach, const Plane& alpha, const Plane& skin, ColourGrainScratch* s, PlanarRgb* fused) {
  Grain grain[2];
  for (int k = 0; k < 2; ++k)
    grain[k] = missing_grain(usual_grain(s->fused[k], skin, reach, &s->sample),
                             usual_grain(s->target[k], skin, reach, &s->sample));
  if (!(grain[0].share > 0 || grain[1].share > 0)) return;
  const Taps around = taps(reach, fused->width);
  for (int y = reach; y + reach < fused->height; ++y) {
    for (int x = reach; x + reach < fused->width; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * fused->width + x;
      if (!(alpha.values[i] > 0)) continue;
      const float red = grain[0].of(around.fine(s->target[0].values.data() + i)),
                  blue = grain[1].of(around.fine(s->target[1].values.data() + i));
      if (!std::isfinite(red + blue)) continue;
      const float change[3] = {red, -(kRed * red + kBlue * blue) / kGreen, blue};
      for (int c = 0; c < 3; ++c)
        fused->channel(c)[i] = std::clamp(fused->channel(c)[i] + change[c], 0.0f, 255.0f);
    }
  }
}

}  // namespace

void match_colour_grain(const PlanarRgb& target, const Plane& alpha, const Plane& skin, float width_px,
                        ColourGrainScratch* s, PlanarRgb* fused) {
  const int finest = std::max(1, static_cast<int>(std::lround(kReach * width_px)));
  split(target, s->target), split(*fused, s->fused);
  for (int k = 1; k <= kCoarsest; k *= 2) {
    match_at(k * finest, alpha, skin, s, fused);
    if (k == kCoarsest) break;
    for (Plane* plane : {&s->target[0], &s->target[1], &s->fused[0], &s->fused[1]})
      smooth(k * finest, &s->smoothed, plane);
  }
}

}  // namespace mien
