#include "fuse/relight.h"

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

// Scales, in face widths.
constexpr float kLowSigma = 0.15f, kMidSigma = 0.05f, kTintSigma = 0.09f, kFineSigma = 0.007f;
// Limits of the gains.
constexpr float kDetailGainMin = 0.7f, kDetailGainMax = 1.25f;
constexpr float kMidGainMin = 0.5f, kMidGainMax = 1.3f;
constexpr float kFineGainMin = 0.6f, kFineGainMax = 2.4f;
constexpr float kFeatureRatioMin = 0.45f, kFeatureRatioMax = 1.6f;
constexpr float kTintGainMax = 1.15f;
constexpr float kKneeSpreads = 2.5f;       // highlights beyond this many spreads are compressed
constexpr float kSmallestSpread = 0.4f;    // of L: flatter skin is noise-free artwork

float smoothstep(float low, float high, float x) {
  const float t = std::clamp((x - low) / (high - low), 0.0f, 1.0f);
  return t * t * (3 - 2 * t);
}

float ratio(float a, float b, float low, float high) { return std::clamp(a / std::max(b, 1e-3f), low, high); }

// Identity up to the knee, then bending towards knee * 2.
float soft_knee(float x, float knee) { return x <= knee ? x : knee + knee * std::tanh((x - knee) / knee); }

Plane difference(const Plane& a, const Plane& b) {
  Plane out = a;
  for (std::size_t i = 0; i < out.size(); ++i) out.values[i] -= b.values[i];
  return out;
}

// Low-frequency colour of the skin in linear light, per channel, divided by its luminance.
void tint_of(const PlanarRgb& linear, const MaskedBlur& blur, Plane* plane, Plane tint[3]) {
  for (int c = 0; c < 3; ++c) {
    plane->resize(linear.width, linear.height);
    std::copy_n(linear.channel(c), linear.plane(), plane->values.begin());
    blur.apply(*plane, &tint[c]);
  }
  for (std::size_t i = 0; i < linear.plane(); ++i) {
    const float scale = 1 / std::max(luminance({tint[0].values[i], tint[1].values[i], tint[2].values[i]}), 1e-4f);
    for (int c = 0; c < 3; ++c) tint[c].values[i] *= scale;
  }
}

Lab tinted(float lightness, const Plane tint[3], std::size_t i) {
  const float y = luminance_from_lightness(lightness);
  return lab_from_linear({y * tint[0].values[i], y * tint[1].values[i], y * tint[2].values[i]});
}

float chroma(const Lab& c) { return std::hypot(c.a, c.b); }

struct Gains {
  float middle, detail, fine, knee;
};

Gains measure(const RelightScratch& s, const Plane& skin) {
  const float mid_t = robust_spread(difference(s.mid_target, s.low_target), skin), mid_w = robust_spread(difference(s.mid_warped, s.low_warped), skin);
  const float detail_t = robust_spread(difference(s.fine_target, s.mid_target), skin), detail_w = robust_spread(difference(s.fine_warped, s.mid_warped), skin);
  const float fine_t = robust_spread(difference(s.target.l, s.fine_target), skin), fine_w = robust_spread(difference(s.warped.l, s.fine_warped), skin);
  Gains g;
  g.middle = ratio(mid_t, mid_w, kMidGainMin, kMidGainMax);
  g.detail = ratio(detail_t, detail_w, kDetailGainMin, kDetailGainMax);
  g.fine = ratio(fine_t, fine_w, kFineGainMin, kFineGainMax);
  g.knee = kKneeSpreads * std::max(detail_t, kSmallestSpread);
  return g;
}

// How much of the source's colour detail the target takes: a target with little colour gets little. Low-frequency, so done coarsely.
void measure_tint_gain(RelightScratch* s) {
  constexpr int kStep = 6;
  const int w = s->low_target.width, h = s->low_target.height;
  Plane coarse;
  coarse.resize((w + kStep - 1) / kStep, (h + kStep - 1) / kStep);
  for (int y = 0; y < coarse.height; ++y) {
    for (int x = 0; x < coarse.width; ++x) {
      const std::size_t i = static_cast<std::size_t>(std::min(y * kStep + kStep / 2, h - 1)) * w + std::min(x * kStep + kStep / 2, w - 1);
      const float t = chroma(tinted(s->low_target.values[i], s->tint_target, i)), source = chroma(tinted(s->low_warped.values[i], s->tint_warped, i));
      coarse.row(y)[x] = ratio(t, source, 0.0f, kTintGainMax);
    }
  }
  enlarge_boxes(coarse, kStep, w, h, &s->tint_gain);
}

// Mean of a plane over the eyeballs.
float mean_over(const Plane& values, const Plane& a, const Plane& b) {
  double sum = 0, weight = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float w = std::max(a.values[i], b.values[i]);
    sum += w * values.values[i], weight += w;
  }
  return static_cast<float>(weight > 0 ? sum / weight : 0);
}

void split_scales(const Plane& skin, float width_px, RelightScratch* s) {
  {
    const MaskedBlur low(skin, kLowSigma * width_px, &s->blur);
    low.apply(s->target.l, &s->low_target);
    low.apply(s->warped.l, &s->low_warped);
  }
  {
    const MaskedBlur mid(skin, kMidSigma * width_px, &s->blur);
    mid.apply(s->target.l, &s->mid_target);
    mid.apply(s->warped.l, &s->mid_warped);
  }
  s->fine_target = s->target.l, s->fine_warped = s->warped.l;
  const float sigma = std::max(0.8f, kFineSigma * width_px);
  gaussian_blur(&s->fine_target, sigma, &s->blur.line);
  gaussian_blur(&s->fine_warped, sigma, &s->blur.line);
}

struct EyeMatch {
  float lightness_gain, shift_a, shift_b;
};

}  // namespace

float robust_spread(const Plane& values, const Plane& mask) {
  std::vector<float> seen;
  constexpr std::size_t kMostSamples = 20'000;
  const std::size_t step = 1 + values.size() / kMostSamples / 2;
  for (std::size_t i = 0; i < values.size(); i += step) {
    if (mask.values[i] > 0.5f) seen.push_back(values.values[i]);
  }
  if (seen.empty()) return 0;
  const auto middle = seen.begin() + static_cast<std::ptrdiff_t>(seen.size() / 2);
  std::nth_element(seen.begin(), middle, seen.end());
  const float median = *middle;
  for (float& v : seen) v = std::abs(v - median);
  std::nth_element(seen.begin(), middle, seen.end());
  return 1.4826f * *middle;
}

RelightReport relight(const PlanarRgb& target, const FaceMasks& masks, EyeChoice eyes, float width_px, RelightScratch* s, PlanarRgb* warped) {
  linear_from_srgb(target, &s->linear_target);
  linear_from_srgb(*warped, &s->linear_warped);
  lab_from_linear(s->linear_target, &s->target);
  lab_from_linear(s->linear_warped, &s->warped);
  split_scales(masks.skin, width_px, s);
  {
    const MaskedBlur blur(masks.skin, kTintSigma * width_px, &s->blur);
    tint_of(s->linear_target, blur, &s->plane, s->tint_target);
    tint_of(s->linear_warped, blur, &s->plane, s->tint_warped);
  }
  measure_tint_gain(s);
  const Gains gains = measure(*s, masks.skin);
  const EyeMatch eye{ratio(mean_over(s->target.l, masks.right_eye, masks.left_eye), mean_over(s->warped.l, masks.right_eye, masks.left_eye), 0.5f, 1.5f),
                     0.5f * (mean_over(s->target.a, masks.right_eye, masks.left_eye) - mean_over(s->warped.a, masks.right_eye, masks.left_eye)),
                     0.5f * (mean_over(s->target.b, masks.right_eye, masks.left_eye) - mean_over(s->warped.b, masks.right_eye, masks.left_eye))};
  for (std::size_t i = 0; i < target.plane(); ++i) {
    if (!(masks.alpha.values[i] > 0)) continue;
    const Lab w{s->warped.l.values[i], s->warped.a.values[i], s->warped.b.values[i]};
    const float low_t = s->low_target.values[i], low_w = s->low_warped.values[i];
    const float base = low_t + 0.5f * (s->mid_target.values[i] - low_t) + 0.5f * gains.middle * (s->mid_warped.values[i] - low_w);
    const float detail = s->fine_warped.values[i] - s->mid_warped.values[i], fine = w.l - s->fine_warped.values[i];
    // Skin's rule and the features' rule; deep dark detail (nostrils, lines, stubble) counts as a feature.
    const float dark = smoothstep(1.5f * gains.knee, 3.0f * gains.knee, -detail);
    const float feature = std::max(masks.features.values[i], dark);
    const float contrast = ratio(low_t, low_w, kFeatureRatioMin, kFeatureRatioMax);
    const float skin_detail = soft_knee(gains.detail * detail, gains.knee);
    float lightness = base + (1 - feature) * skin_detail + feature * contrast * detail + gains.fine * fine * (1 + feature * (contrast - 1));
    const Lab base_t = tinted(lightness, s->tint_target, i), base_w = tinted(w.l, s->tint_warped, i);
    const float tint_gain = s->tint_gain.values[i];
    Lab out{lightness, base_t.a + tint_gain * (w.a - base_w.a), base_t.b + tint_gain * (w.b - base_w.b)};
    const float eyeball = std::max(eyes.right ? masks.right_eye.values[i] : 0.0f, eyes.left ? masks.left_eye.values[i] : 0.0f);
    if (eyeball > 0) {
      const float colour = std::min(1.0f, tint_gain * 1.5f);
      const Lab ball{w.l * eye.lightness_gain, colour * (w.a + eye.shift_a), colour * (w.b + eye.shift_b)};
      out = {out.l + eyeball * (ball.l - out.l), out.a + eyeball * (ball.a - out.a), out.b + eyeball * (ball.b - out.b)};
    }
    const LinearRgb rgb = linear_from_lab({std::clamp(out.l, 0.0f, 100.0f), out.a, out.b});
    warped->channel(0)[i] = srgb_from_linear(rgb.r);
    warped->channel(1)[i] = srgb_from_linear(rgb.g);
    warped->channel(2)[i] = srgb_from_linear(rgb.b);
  }
  return {gains.detail, gains.fine};
}

}  // namespace mien
