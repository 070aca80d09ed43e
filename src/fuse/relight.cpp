#include "fuse/relight.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/simd_clones.h"

namespace mien {
namespace {

// Scales, in face widths.
constexpr float kLowSigma = 0.15f, kMidSigma = 0.05f, kTintSigma = 0.09f, kFineSigma = 0.007f;
// Limits of the gains.
constexpr float kDetailGainMin = 0.7f, kDetailGainMax = 1.25f;
constexpr float kMidGainMin = 0.5f, kMidGainMax = 1.3f;
constexpr float kFineGainMin = 0.6f, kFineGainMax = 1.5f;
constexpr float kFeatureRatioMin = 0.45f, kFeatureRatioMax = 1.4f;
constexpr float kGlossMin = 0.35f,
                kGlossMax = 1.1f;  // what is lighter than the skin around, see gloss_gain()
constexpr float kTintGainMax = 1.15f;
constexpr float kColourKnee =
    5;  // of a and b: skin whose colour differs more from the skin around is lit or painted, not blushed
constexpr float kKneeSpreads = 2.5f;  // highlights beyond this many spreads are compressed
constexpr float kLightestSkin = 0.98f, kCeilingRoom = 6;  // share of the skin that is darker; L above it
constexpr float kCeilingBend = 5;         // of L: lightness bends this far below the target's lightest skin
constexpr float kCreasesOfTarget = 0.7f;  // share of the detail where the expressions differ
constexpr float kSmallestSpread = 0.4f;   // of L: flatter skin is noise-free artwork

MIEN_INLINE float ratio(float a, float b, float low, float high) {
  return std::clamp(a / std::max(b, 1e-3f), low, high);
}

// Identity up to the knee, then bending towards knee * 2. per_knee: 1 / knee.
MIEN_INLINE float soft_knee(float x, float knee, float per_knee) {
  return std::min(x, knee) + knee * fast_tanh(std::max(x - knee, 0.0f) * per_knee);
}

// Gloss is added light: it does not grow with what the skin reflects. In L, the cube root of luminance, it is
// the smaller the lighter the skin is.
MIEN_INLINE float gloss_gain(float low_target, float low_warped) {
  const float r = (low_warped + 16) / (low_target + 16);
  return std::clamp(r * std::sqrt(r), kGlossMin, kGlossMax);
}

// Bends what is lighter than the ceiling towards it; up to `base` everything stays.
MIEN_INLINE float below_ceiling(float lightness, float base, float ceiling) {
  const float from = std::max(base, ceiling - kCeilingBend);
  const float over = std::max(lightness - from, 0.0f);
  return std::min(lightness, from) + kCeilingBend * fast_tanh(over * (1 / kCeilingBend));
}

// soft_knee to both sides.
MIEN_INLINE float bent(float x, float knee) {
  const float size = soft_knee(std::abs(x), knee, 1 / knee);
  return x < 0 ? -size : size;
}

// Low-frequency chromaticity of the skin, at the blur's own resolution and at the picture's.
void measure_tint(const PlanarRgb& linear, const MaskedBlur& blur, Plane small[2], Plane* tint_a,
                  Plane* tint_b) {
  thread_local Plane channels[3];
  for (int c = 0; c < 3; ++c) blur.apply_small(linear.channel(c), &channels[c]);
  small[0] = channels[0], small[1] = channels[1];
  for (std::size_t i = 0; i < channels[0].size(); ++i) {
    const Tint tint = tint_of({channels[0].values[i], channels[1].values[i], channels[2].values[i]});
    small[0].values[i] = tint.a, small[1].values[i] = tint.b;
  }
  blur.enlarge(small[0], tint_a);
  blur.enlarge(small[1], tint_b);
}

// Some thousand values - base (null: 0) where mask > 0.5; valid until the next call on this thread.
std::vector<float>& samples(const Plane& values, const Plane* base, const Plane& mask) {
  thread_local std::vector<float> seen;
  seen.clear();
  constexpr std::size_t kMostSamples = 5'000;
  const std::size_t step = 1 + values.size() / kMostSamples / 2;
  for (std::size_t i = 0; i < values.size(); i += step) {
    if (mask.values[i] > 0.5f) seen.push_back(values.values[i] - (base ? base->values[i] : 0));
  }
  return seen;
}

// The value below which `share` of the values lie where mask > 0.5; `unknown` when there are none.
float percentile(const Plane& values, const Plane& mask, float share, float unknown) {
  std::vector<float>& seen = samples(values, nullptr, mask);
  if (seen.empty()) return unknown;
  const auto at = seen.begin() + static_cast<std::ptrdiff_t>(share * static_cast<float>(seen.size() - 1));
  std::nth_element(seen.begin(), at, seen.end());
  return *at;
}

RelightGains measure(const RelightScratch& s, const Plane& skin) {
  const float mid_t = robust_spread(s.mid_target, &s.low_target, skin),
              mid_w = robust_spread(s.mid_warped, &s.low_warped, skin);
  const float detail_t = robust_spread(s.fine_target, &s.mid_target, skin),
              detail_w = robust_spread(s.fine_warped, &s.mid_warped, skin);
  const float fine_t = robust_spread(s.light_target, &s.fine_target, skin),
              fine_w = robust_spread(s.warped.l, &s.fine_warped, skin);
  RelightGains g;
  g.middle = ratio(mid_t, mid_w, kMidGainMin, kMidGainMax);
  g.detail = ratio(detail_t, detail_w, kDetailGainMin, kDetailGainMax);
  g.fine = ratio(fine_t, fine_w, kFineGainMin, kFineGainMax);
  g.knee = kKneeSpreads * std::max(detail_t, kSmallestSpread);
  g.ceiling = percentile(s.light_target, skin, kLightestSkin, 100 - kCeilingRoom) + kCeilingRoom;
  return g;
}

float chroma(float lightness, float a, float b) { return (lightness + 16) / 116 * std::hypot(a, b); }

// How much of the source's colour detail the target takes: a target with little colour gets little.
// Low-frequency, so done coarsely.
void measure_tint_gain(const MaskedBlur& blur, RelightScratch* s) {
  const int step = blur.factor(), w = s->low_target.width, h = s->low_target.height;
  s->small_gain = s->small[0];
  for (int y = 0; y < s->small_gain.height; ++y) {
    for (int x = 0; x < s->small_gain.width; ++x) {
      const std::size_t full = static_cast<std::size_t>(std::min(y * step + step / 2, h - 1)) * w +
                               std::min(x * step + step / 2, w - 1);
      const std::size_t i = static_cast<std::size_t>(y) * s->small_gain.width + x;
      const float t = chroma(s->low_target.values[full], s->small[0].values[i], s->small[1].values[i]);
      const float source = chroma(s->low_warped.values[full], s->small[2].values[i], s->small[3].values[i]);
      s->small_gain.values[i] = ratio(t, source, 0.0f, kTintGainMax);
    }
  }
  blur.enlarge(s->small_gain, &s->tint_gain);
}

// The skin at the scales that the bands are made of.
struct SkinBlurs {
  MaskedBlur low, mid, tint;
};

// What relighting looks at in one of the two pictures; `light` is there before.
struct Side {
  const PlanarRgb& linear;
  const Plane& light;
  Plane *low, *mid, *fine, *small, *tint_a, *tint_b;
  std::vector<float>* line;
};

void split_side(const Side& side, const SkinBlurs& blurs, float width_px) {
  blurs.low.apply(side.light, side.low);
  blurs.mid.apply(side.light, side.mid);
  *side.fine = side.light;
  gaussian_blur(side.fine, std::max(0.8f, kFineSigma * width_px), side.line);
  measure_tint(side.linear, blurs.tint, side.small, side.tint_a, side.tint_b);
}

void split_target(const PlanarRgb& target, const SkinBlurs& blurs, float width_px, RelightScratch* s) {
  linear_from_srgb(target, &s->linear_target);
  lightness_from_linear(s->linear_target, &s->light_target);
  split_side({s->linear_target, s->light_target, &s->low_target, &s->mid_target, &s->fine_target, s->small,
              &s->tint_target_a, &s->tint_target_b, &s->line[0]},
             blurs, width_px);
}

void split_warped(const PlanarRgb& warped, const SkinBlurs& blurs, float width_px, RelightScratch* s) {
  linear_from_srgb(warped, &s->linear_warped);
  lab_from_linear(s->linear_warped, &s->warped);
  split_side({s->linear_warped, s->warped.l, &s->low_warped, &s->mid_warped, &s->fine_warped, s->small + 2,
              &s->tint_warped_a, &s->tint_warped_b, &s->line[1]},
             blurs, width_px);
}

// Mean colour of the eyeballs where they are lighter than their mean: the whites.
template <class LabAt>
Lab eye_whites(const FaceMasks& masks, LabAt lab_at) {
  const auto share = [&](std::size_t i) {
    return std::max(masks.right_eye.values[i], masks.left_eye.values[i]);
  };
  double l = 0, a = 0, b = 0, weight = 0;
  for (std::size_t i = 0; i < masks.right_eye.size(); ++i) {
    if (share(i) > 0) l += share(i) * lab_at(i).l, weight += share(i);
  }
  if (!(weight > 0)) return {};
  const auto mean_l = static_cast<float>(l / weight);
  l = 0, weight = 0;
  for (std::size_t i = 0; i < masks.right_eye.size(); ++i) {
    if (!(share(i) > 0)) continue;
    const Lab c = lab_at(i);
    if (c.l < mean_l) continue;
    l += share(i) * c.l, a += share(i) * c.a, b += share(i) * c.b, weight += share(i);
  }
  if (!(weight > 0)) return {mean_l, 0, 0};  // all alike: rounding may put the mean above each of them
  const auto mean = [weight](double sum) { return static_cast<float>(sum / weight); };
  return {mean(l), mean(a), mean(b)};
}

EyeMatch match_eyes(const FaceMasks& masks, const RelightScratch& s) {
  const Lab target = eye_whites(masks, [&](std::size_t i) {
    return lab_from_linear(
        {s.linear_target.channel(0)[i], s.linear_target.channel(1)[i], s.linear_target.channel(2)[i]});
  });
  const Lab warped = eye_whites(masks, [&](std::size_t i) {
    return Lab{s.warped.l.values[i], s.warped.a.values[i], s.warped.b.values[i]};
  });
  return {ratio(target.l, warped.l, 0.5f, 1.5f), target.a - warped.a, target.b - warped.b};
}

constexpr int kBlock =
    256;  // pixels done together: results stay near, and nothing else can lie where they are written

struct Block {
  float r[kBlock], g[kBlock], b[kBlock];
};

// Where the pixels of a block begin in the planes of the same names.
struct BlockInputs {
  const float *warped_l, *warped_a, *warped_b, *low_target, *low_warped, *mid_target, *mid_warped,
      *fine_warped, *tint_gain;
  const float *tint_target_a, *tint_target_b, *tint_warped_a, *tint_warped_b, *features, *right_eye,
      *left_eye;
  const float *fine_target, *expression_gap;
};

BlockInputs block_inputs(const RelightScratch& s, const FaceMasks& masks, const Plane& gap,
                         std::size_t first) {
  const auto at = [first](const Plane& plane) { return plane.values.data() + first; };
  return {at(s.warped.l),      at(s.warped.a),      at(s.warped.b),
          at(s.low_target),    at(s.low_warped),    at(s.mid_target),
          at(s.mid_warped),    at(s.fine_warped),   at(s.tint_gain),
          at(s.tint_target_a), at(s.tint_target_b), at(s.tint_warped_a),
          at(s.tint_warped_b), at(masks.features),  at(masks.right_eye),
          at(masks.left_eye),  at(s.fine_target),   at(gap)};
}

// n <= kBlock pixels.
MIEN_SIMD_CLONES
void relight_block(const BlockInputs in, EyeChoice eyes, const RelightGains& gains, const EyeMatch& eye,
                   int n, Block* __restrict out) {
  const float use_right = eyes.right ? 1.0f : 0.0f, use_left = eyes.left ? 1.0f : 0.0f,
              per_knee = 1 / gains.knee;
  for (int i = 0; i < n; ++i) {
    const Lab w{in.warped_l[i], in.warped_a[i], in.warped_b[i]};
    const float low_t = in.low_target[i], low_w = in.low_warped[i];
    // Where the expressions differ, shading is the target's, and most of the creases.
    const float gap = in.expression_gap[i] * (1 - in.features[i]), crease = kCreasesOfTarget * gap;
    const float base = low_t + (0.5f + 0.5f * gap) * (in.mid_target[i] - low_t) +
                       (0.5f - 0.5f * gap) * gains.middle * (in.mid_warped[i] - low_w);
    const float target_detail = in.fine_target[i] - in.mid_target[i], fine = w.l - in.fine_warped[i];
    const float detail = in.fine_warped[i] - in.mid_warped[i] +
                         crease * (target_detail - (in.fine_warped[i] - in.mid_warped[i]));
    // Skin's rule and the features' rule; deep dark detail (nostrils, lines, stubble) counts as a feature.
    const float deep = smoothstep(1, 2, -detail * (1 / 1.5f) * per_knee);
    const float feature = std::max(in.features[i], deep);
    const float contrast =
        ratio(low_t, low_w, kFeatureRatioMin, in.features[i] > deep ? kFeatureRatioMax : 1.0f);
    const float gloss = gloss_gain(low_t, low_w);
    const float skin_detail = soft_knee(gains.detail * detail * (detail > 0 ? gloss : 1.0f), gains.knee, per_knee);
    const float feature_detail = detail * (detail > 0 ? std::min(gloss, contrast) : contrast);
    const float free = base + (1 - feature) * skin_detail + feature * feature_detail +
                       gains.fine * fine * (1 + feature * (contrast - 1));
    const float lightness = below_ceiling(free, base, gains.ceiling);
    const Lab base_t = tinted(lightness, {in.tint_target_a[i], in.tint_target_b[i]}),
              base_w = tinted(w.l, {in.tint_warped_a[i], in.tint_warped_b[i]});
    const float tint_gain = in.tint_gain[i];
    const float shift_a = tint_gain * (w.a - base_w.a), shift_b = tint_gain * (w.b - base_w.b),
                bend = 1 - feature;  // nostrils are redder than the skin around
    Lab lab{lightness, base_t.a + shift_a + bend * (bent(shift_a, kColourKnee) - shift_a),
            base_t.b + shift_b + bend * (bent(shift_b, kColourKnee) - shift_b)};
    const float eyeball = std::max(use_right * in.right_eye[i], use_left * in.left_eye[i]),
                colour = std::min(1.0f, tint_gain * 1.5f);
    const Lab ball{w.l * eye.lightness_gain, colour * (w.a + eye.shift_a), colour * (w.b + eye.shift_b)};
    lab = {lab.l + eyeball * (ball.l - lab.l), lab.a + eyeball * (ball.a - lab.a),
           lab.b + eyeball * (ball.b - lab.b)};
    const LinearRgb rgb = linear_from_lab({std::clamp(lab.l, 0.0f, 100.0f), lab.a, lab.b});
    out->r[i] = srgb_from_linear(rgb.r), out->g[i] = srgb_from_linear(rgb.g),
    out->b[i] = srgb_from_linear(rgb.b);
  }
}

constexpr float kLookShare = 0.4f;  // of a new one in what is used

RelightMemory measure_all(const RelightScratch& s, const FaceMasks& masks) {
  RelightMemory out;
  out.gains = measure(s, masks.skin), out.eye = match_eyes(masks, s);
  out.lightness_gap =
      percentile(s.low_target, masks.skin, 0.5f, 0) - percentile(s.low_warped, masks.skin, 0.5f, 0);
  return out;
}

RelightMemory measure_or_hold(const RelightScratch& s, const FaceMasks& masks, RelightMemory* memory) {
  if (memory == nullptr) return measure_all(s, masks);
  if (memory->frames_left > 0) {
    --memory->frames_left;
    return *memory;
  }
  RelightMemory now = measure_all(s, masks);
  const auto steady = [&](float before, float* value) { *value = before + kLookShare * (*value - before); };
  if (memory->known) {
    steady(memory->gains.middle, &now.gains.middle), steady(memory->gains.detail, &now.gains.detail);
    steady(memory->gains.fine, &now.gains.fine), steady(memory->gains.knee, &now.gains.knee);
    steady(memory->gains.ceiling, &now.gains.ceiling);
    steady(memory->eye.lightness_gain, &now.eye.lightness_gain);
    steady(memory->eye.shift_a, &now.eye.shift_a), steady(memory->eye.shift_b, &now.eye.shift_b);
    steady(memory->lightness_gap, &now.lightness_gap);
  }
  now.known = true, now.period = memory->period, now.frames_left = memory->period - 1;
  *memory = now;
  return now;
}

}  // namespace

float robust_spread(const Plane& values, const Plane* base, const Plane& mask) {
  std::vector<float>& seen = samples(values, base, mask);
  if (seen.empty()) return 0;
  const auto middle = seen.begin() + static_cast<std::ptrdiff_t>(seen.size() / 2);
  std::nth_element(seen.begin(), middle, seen.end());
  const float median = *middle;
  for (float& v : seen) v = std::abs(v - median);
  std::nth_element(seen.begin(), middle, seen.end());
  return 1.4826f * *middle;
}

namespace {

constexpr int kBlocksPerTask = 24;

// Blocks first .. last - 1.
void relight_blocks(const RelightScratch& s, const FaceMasks& masks, const Plane& gap, EyeChoice eyes,
                    const RelightMemory& how, int first, int last, PlanarRgb* warped) {
  Block block;
  for (int k = first; k < last; ++k) {
    const std::size_t at = static_cast<std::size_t>(k) * kBlock;
    const int n = static_cast<int>(std::min<std::size_t>(kBlock, warped->plane() - at));
    const float* alpha = masks.alpha.values.data() + at;
    if (std::none_of(alpha, alpha + n, [](float a) { return a > 0; })) continue;
    relight_block(block_inputs(s, masks, gap, at), eyes, how.gains, how.eye, n, &block);
    const float* values[3] = {block.r, block.g, block.b};
    for (int c = 0; c < 3; ++c) {
      float* to = warped->channel(c) + at;
      for (int i = 0; i < n; ++i) to[i] = alpha[i] > 0 ? values[c][i] : to[i];
    }
  }
}

}  // namespace

RelightReport relight(const PlanarRgb& target, const FaceMasks& masks, EyeChoice eyes, float width_px,
                      const Plane* expression_gap, RelightScratch* s, PlanarRgb* warped,
                      RelightMemory* memory, ThreadPool* pool) {
  ThreadPool alone(1);
  if (pool == nullptr) pool = &alone;
  const SkinBlurs blurs{{masks.skin, kLowSigma * width_px, &s->low_blur},
                        {masks.skin, kMidSigma * width_px, &s->mid_blur},
                        {masks.skin, kTintSigma * width_px, &s->tint_blur}};
  const auto sides = [&](int first, int last) {
    for (int k = first; k < last; ++k)
      k == 0 ? split_target(target, blurs, width_px, s) : split_warped(*warped, blurs, width_px, s);
  };
  pool->for_ranges(0, 2, 1, std::cref(sides));  // by reference: nothing is allocated
  measure_tint_gain(blurs.tint, s);
  const RelightMemory how = measure_or_hold(*s, masks, memory);
  if (expression_gap == nullptr) {
    s->no_gap.resize(target.width, target.height);
    s->no_gap.fill(0);
    expression_gap = &s->no_gap;
  }
  const auto blocks = [&](int first, int last) {
    relight_blocks(*s, masks, *expression_gap, eyes, how, first, last, warped);
  };
  const int count = static_cast<int>((target.plane() + kBlock - 1) / kBlock);
  pool->for_ranges(0, count, kBlocksPerTask, std::cref(blocks));
  return {how.gains.detail, how.gains.fine, how.lightness_gap};
}

}  // namespace mien
