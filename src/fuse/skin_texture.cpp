#include "fuse/skin_texture.h"

#include <algorithm>
#include <cmath>

#include "core/luma.h"
#include "core/simd_clones.h"
#include "fuse/fast_math.h"
#include "fuse/robust.h"

namespace mien {
namespace {

constexpr float kFineSigma = 0.011f;    // in face widths: what is smoother than this stays the source's
constexpr float kSmallestSigma = 0.8f;  // pixels
constexpr float kEdgeSigma = 0.014f;    // in face widths: of the way from skin to brows, lids, lips
constexpr float kSmoother = 0.9f,
                kMuchSmoother = 0.7f;  // fused texture over the target's: from where, and from where in full
constexpr float kLeastTexture = 0.6f,
                kSomeTexture = 1.2f;  // of the target, of 255: below there is nothing to match
constexpr float kLargest = 2.0f;  // of the target's usual texture: moles, hairs and wrinkles are cut to it
constexpr float kMostShare = 0.75f;
constexpr float kLookShare = 0.4f;  // of a new measurement in what is used
constexpr std::size_t kMostSamples = 4000, kFewestSamples = 200;

// Luma without what is smoother than sigma.
void fine_part(const PlanarRgb& picture, float sigma, SkinTextureScratch* s, Plane* out) {
  luma_of(picture, out);
  s->smooth = *out;
  gaussian_blur(&s->smooth, sigma, &s->line);
  for (std::size_t i = 0; i < out->size(); ++i) out->values[i] -= s->smooth.values[i];
}

// Usual size of a plane's values on bare skin: 1.48 times the median of their magnitudes; below 0: there is
// too little skin.
float usual_size(const Plane& fine, const Plane& skin, std::vector<float>* sample) {
  sample->clear();
  const std::size_t step = 1 + skin.size() / kMostSamples / 3;
  for (std::size_t i = 0; i < skin.size(); i += step)
    if (skin.values[i] > 0.5f && std::isfinite(fine.values[i])) sample->push_back(fine.values[i]);
  if (sample->size() < kFewestSamples) return -1;
  return robust_deviation(sample);
}

// Uncorrelated textures add up by their squares.
float missing_share(float own, float wanted) {
  const float ratio = own / std::max(wanted, 1e-3f);
  const float whole = std::sqrt(std::max(0.0f, 1 - ratio * ratio));
  return std::min(kMostShare, whole) * (1 - smoothstep(kMuchSmoother, kSmoother, ratio)) *
         smoothstep(kLeastTexture, kSomeTexture, wanted);
}

// 1 on bare skin, softly 0 at brows, lids and lips.
void draw_weight(const Plane& skin, float sigma, SkinTextureScratch* s) {
  s->weight = skin;
  gaussian_blur(&s->weight, sigma, &s->line);
  for (float& w : s->weight.values) w = smoothstep(0.5f, 1.0f, w);
}

MIEN_SIMD_CLONES
void add_row(const float* fine, const float* weight, const float* alpha, float share, float limit,
             std::size_t n, float* __restrict channel) {
  for (std::size_t i = 0; i < n; ++i) {
    const float more = channel[i] + share * weight[i] * std::min(std::max(fine[i], -limit), limit);
    channel[i] = alpha[i] > 0 ? std::min(std::max(more, 0.0f), 255.0f) : channel[i];
  }
}

}  // namespace

float match_skin_texture(const PlanarRgb& target, const FaceMasks& masks, float width_px,
                         SkinTextureScratch* s, PlanarRgb* fused, SkinTextureMemory* memory) {
  const bool held = memory && memory->known && memory->frames_left > 0;
  if (held) --memory->frames_left;
  float share = held ? memory->share : 0;
  if (held && !(share > 0)) return 0;
  const float sigma = std::max(kSmallestSigma, kFineSigma * width_px);
  fine_part(target, sigma, s, &s->target);
  const float wanted = held ? memory->wanted : usual_size(s->target, masks.skin, &s->sample);
  if (!held) {
    fine_part(*fused, sigma, s, &s->fused);
    const float own = usual_size(s->fused, masks.skin, &s->sample);
    share = wanted > 0 && own >= 0 ? missing_share(own, wanted) : 0;
    if (memory) {
      if (memory->known) share = memory->share + kLookShare * (share - memory->share);
      memory->share = share, memory->wanted = wanted, memory->known = true,
      memory->frames_left = memory->period - 1;
    }
  }
  if (!(share > 0.02f) || !(wanted > 0)) return 0;
  draw_weight(masks.skin, kEdgeSigma * width_px, s);
  for (int c = 0; c < 3; ++c)
    add_row(s->target.values.data(), s->weight.values.data(), masks.alpha.values.data(), share,
            kLargest * wanted, fused->plane(), fused->channel(c));
  return share;
}

}  // namespace mien
