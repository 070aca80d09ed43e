#include "fuse/painted_colour.h"

#include <algorithm>
#include <cmath>

#include "core/luma.h"
#include "core/smoothstep.h"
#include "fuse/masked_blur.h"

namespace mien {
namespace {

constexpr float kSigma = 0.1f;                                               // in face widths
constexpr float kBareBelow = 0.02f, kPaintedFrom = 0.1f, kPaintedTo = 0.5f;  // shares
constexpr float kDarkest = 12;  // of 255, added to all colours: dark pixels say little
constexpr float kMost = 0.3f;   // change of a logarithm
// A recogniser would rather see the rings, as glasses make people alike: 60 pairs have 0.6058 without, 0.6050 at
// 0.4 and 0.6025 at 0.7.
constexpr float kLifted = 0.7f, kMostLift = 0.4f;                // of a logarithm
constexpr float kLightSigma = 0.03f, kLightAroundSigma = 0.07f;  // in face widths
constexpr float kKnownFrom = 0.005f, kKnownTo = 0.05f;           // share of bare skin around
constexpr float kLeastSkin = 0.02f;  // mean weights around: fewer pixels say nothing

// The logarithm of a colour over green.
void beside_green(const PlanarRgb& picture, int channel, Plane* out) {
  out->resize(picture.width, picture.height);
  for (std::size_t i = 0; i < out->size(); ++i)
    out->values[i] = std::log((picture.channel(channel)[i] + kDarkest) / (picture.channel(1)[i] + kDarkest));
}

float mean_of(const Plane& plane) {
  double sum = 0;
  for (const float v : plane.values) sum += v;
  return static_cast<float>(sum / static_cast<double>(std::max<std::size_t>(plane.size(), 1)));
}

// Painted skin that is darker than the bare skin around. filled: how far it was painted, 0..1.
void lift_painted(const Plane& bare, const Plane& skin, const Plane& filled, float width_px,
                  PlanarRgb* painted) {
  float *r = painted->channel(0), *g = painted->channel(1), *b = painted->channel(2);
  Plane light, own, around;
  light.resize(bare.width, bare.height);
  for (std::size_t i = 0; i < light.size(); ++i)
    light.values[i] = std::log(luma(r[i], g[i], b[i]) + kDarkest);
  MaskedBlurScratch scratch;
  MaskedBlur(skin, std::max(1.0f, kLightSigma * width_px), &scratch).apply(light, &own);
  MaskedBlur(bare, std::max(1.0f, kLightAroundSigma * width_px), &scratch).apply(light, &around);
  Plane known = bare;  // far from all bare skin, as under a mask, the mean of the rest says nothing
  gaussian_blur(&known, std::max(1.0f, kLightAroundSigma * width_px), &scratch.line);
  for (std::size_t i = 0; i < light.size(); ++i) {
    if (!(filled.values[i] > 0)) continue;
    const float missing = smoothstep(kKnownFrom, kKnownTo, known.values[i]) *
                          std::clamp(around.values[i] - own.values[i], 0.0f, kMostLift),
                gain = std::exp(kLifted * filled.values[i] * missing);
    for (float* channel : {r, g, b})
      channel[i] = std::clamp((channel[i] + kDarkest) * gain - kDarkest, 0.0f, 255.0f);
  }
}

}  // namespace

void match_painted_colour(const Plane& share, const Plane& skin, float width_px, PlanarRgb* painted) {
  Plane bare = skin, filled = skin;
  for (std::size_t i = 0; i < share.size(); ++i) {
    if (share.values[i] > kBareBelow) bare.values[i] = 0;
    filled.values[i] *= smoothstep(kPaintedFrom, kPaintedTo, share.values[i]);
  }
  const float least =
      kLeastSkin * width_px * width_px / static_cast<float>(std::max<std::size_t>(share.size(), 1));
  if (mean_of(bare) <= least || !(mean_of(filled) > 0)) return;
  MaskedBlurScratch scratch;
  const MaskedBlur around(bare, std::max(1.0f, kSigma * width_px), &scratch);
  Plane ratio, shift[2];
  for (int k = 0; k < 2; ++k) {
    beside_green(*painted, 2 * k, &ratio);
    around.apply(ratio, &shift[k]);
    for (std::size_t i = 0; i < ratio.size(); ++i)
      shift[k].values[i] = std::clamp(shift[k].values[i] - ratio.values[i], -kMost, kMost);
  }
  lift_painted(bare, skin, filled, width_px, painted);
  float* const r = painted->channel(0);
  float* const g = painted->channel(1);
  float* const b = painted->channel(2);
  for (std::size_t i = 0; i < share.size(); ++i) {
    const float weight = filled.values[i];
    if (!(weight > 0)) continue;
    const float red = (r[i] + kDarkest) * std::exp(weight * shift[0].values[i]) - kDarkest,
                blue = (b[i] + kDarkest) * std::exp(weight * shift[1].values[i]) - kDarkest;
    const float gain = (luma(r[i], g[i], b[i]) + kDarkest) / (luma(red, g[i], blue) + kDarkest);
    r[i] = std::clamp((red + kDarkest) * gain - kDarkest, 0.0f, 255.0f);
    g[i] = std::clamp((g[i] + kDarkest) * gain - kDarkest, 0.0f, 255.0f);
    b[i] = std::clamp((blue + kDarkest) * gain - kDarkest, 0.0f, 255.0f);
  }
}

}  // namespace mien
