#include "fuse/blend.h"

#include <algorithm>

namespace mien {
namespace {

constexpr float kDomainAlpha = 0.8f;  // of the strength: Poisson's domain ends here, where the fused face is
                                      // skin, not rim, hair or shadow
constexpr int kSmallestBandSide = 8;  // of the coarsest band, in pixels
constexpr int kMostBands = 6;
constexpr int kMixedCycles = 2;  // of the solver: gradients of both pictures need more than one

void blend_poisson(Gradients gradients, const PlanarRgb& target, const Plane& border, float strength,
                   BlendScratch* s, const Plane& alpha, PlanarRgb* fused) {
  s->domain.resize(alpha.width, alpha.height);
  s->border.resize(alpha.width, alpha.height);
  s->keep.resize(alpha.width, alpha.height);
  for (std::size_t i = 0; i < alpha.size(); ++i) {
    s->domain.values[i] = alpha.values[i] > kDomainAlpha * strength ? 1.0f : 0.0f;
    // Beyond the mask the fused face has no pixels that could be compared with the target's.
    s->border.values[i] = alpha.values[i] > 0 ? border.values[i] : 0.0f;
    // The rim becomes the target's. Where no border pulls (hair, shadow), it stays the face's, or its edge
    // would show.
    s->keep.values[i] = alpha.values[i] > 0 && !(border.values[i] > 0.5f) ? 1.0f : 0.0f;
  }
  PoissonProblem problem;
  problem.domain = &s->domain;
  problem.border = &s->border;
  problem.gradients = gradients;
  problem.mixed = &border;  // bare skin: the target's eyes, brows and lips must not show through the source's
  if (gradients == Gradients::kMixed) problem.cycles = kMixedCycles;
  problem.keep = &s->keep;
  poisson_clone(target, problem, &s->poisson, fused);
}

// planes[0] is given; halves it until the side is small.
void build_pyramid(std::vector<Plane>* planes, int bands) {
  for (int i = 1; i < bands; ++i) shrink_boxes((*planes)[i - 1], 2, &(*planes)[i]);
}

int band_count(int width, int height) {
  int bands = 1;
  for (int side = std::min(width, height); side > kSmallestBandSide && bands < kMostBands; side /= 2) ++bands;
  return bands;
}

// The difference's bands, each times the mask at its size, summed up from coarse to fine into scratch->sum.
void sum_bands(int bands, BlendScratch* s) {
  for (int i = 0; i + 1 < bands; ++i) {
    Plane& band = s->differences[i];
    enlarge_boxes(s->differences[i + 1], 2, band.width, band.height, &s->enlarged);
    for (std::size_t k = 0; k < band.size(); ++k) band.values[k] -= s->enlarged.values[k];
  }
  for (int i = bands - 1; i >= 0; --i) {
    const Plane &band = s->differences[i], &mask = s->masks[i];
    if (i + 1 < bands) {
      enlarge_boxes(s->sum, 2, band.width, band.height, &s->enlarged);
    } else {
      s->enlarged.resize(band.width, band.height);
      s->enlarged.fill(0);
    }
    s->sum = s->enlarged;
    for (std::size_t k = 0; k < band.size(); ++k) s->sum.values[k] += mask.values[k] * band.values[k];
  }
}

// Fills differences[0] where `known` is 0 from what lies around (push and pull), so that the bands see no
// edge there.
void extend_outside(int bands, BlendScratch* s) {
  build_pyramid(&s->differences, bands);
  build_pyramid(&s->known, bands);
  for (int i = bands - 1; i >= 0; --i) {
    Plane& values = s->differences[i];
    const Plane& known = s->known[i];
    if (i + 1 < bands) enlarge_boxes(s->differences[i + 1], 2, values.width, values.height, &s->enlarged);
    for (std::size_t k = 0; k < values.size(); ++k) {
      // Values are sums over known pixels by now, divided by all: known says which share that is.
      values.values[k] = i + 1 < bands ? values.values[k] + (1 - known.values[k]) * s->enlarged.values[k]
                                       : values.values[k] / std::max(known.values[k], 1e-3f);
    }
  }
}

// Every band fades out inside of the mask, over its own width: a blurred mask is 1/2 on the edge, and less
// than that becomes 0.
void keep_inside(float strength, Plane* mask) {
  for (float& m : mask->values) m = std::max(0.0f, 2 * m - strength);
}

void blend_multiband(const PlanarRgb& target, float strength, BlendScratch* s, Plane* alpha,
                     PlanarRgb* fused) {
  const int bands = band_count(alpha->width, alpha->height);
  s->differences.resize(bands), s->masks.resize(bands);
  s->masks[0] = *alpha;
  build_pyramid(&s->masks, bands);
  for (Plane& mask : s->masks) keep_inside(strength, &mask);
  s->known.resize(bands);
  for (int c = 0; c < 3; ++c) {
    Plane &difference = s->differences[0], &known = s->known[0];
    difference.resize(alpha->width, alpha->height), known.resize(alpha->width, alpha->height);
    const float* below = target.channel(c);
    float* own = fused->channel(c);
    for (std::size_t i = 0; i < alpha->size(); ++i) known.values[i] = alpha->values[i] > 0 ? 1.0f : 0.0f;
    for (std::size_t i = 0; i < alpha->size(); ++i)
      difference.values[i] = alpha->values[i] > 0 ? own[i] - below[i] : 0.0f;
    extend_outside(bands, s);
    build_pyramid(&s->differences, bands);
    sum_bands(bands, s);
    for (std::size_t i = 0; i < alpha->size(); ++i) {
      if (alpha->values[i] > 0) own[i] = below[i] + s->sum.values[i];
    }
  }
  // The bands hold the strength already; the feather hides what coarse bands leave at the mask's end.
  for (float& a : alpha->values) a = std::min(1.0f, a / std::max(strength, 1e-3f));
}

}  // namespace

void blend_into(BlendMode mode, const PlanarRgb& target, const Plane& border, float strength,
                BlendScratch* scratch, Plane* alpha, PlanarRgb* fused) {
  switch (mode) {
    case BlendMode::kAlpha:
      return;
    case BlendMode::kPoisson:
      return blend_poisson(Gradients::kSource, target, border, strength, scratch, *alpha, fused);
    case BlendMode::kMixed:
      return blend_poisson(Gradients::kMixed, target, border, strength, scratch, *alpha, fused);
    case BlendMode::kMultiband:
      return blend_multiband(target, strength, scratch, alpha, fused);
  }
}

}  // namespace mien
