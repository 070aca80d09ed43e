#include "fuse/relight.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <span>
#include <utility>

#include "core/simd_clones.h"
#include "fuse/expression_gap.h"
#include "fuse/forehead.h"
#include "fuse/robust.h"

namespace mien {
namespace {

// Scales, in face widths.
constexpr float kMidSigma = 0.05f, kTintSigma = 0.09f, kFineSigma = 0.007f;
// Limits of the gains.
constexpr float kDetailGainMin = 0.7f, kDetailGainMax = 1.25f;
constexpr float kMidGainMin = 0.5f, kMidGainMax = 1.3f;
constexpr float kFineGainMin = 0.6f, kFineGainMax = 1.5f;
constexpr float kFeatureRatioMin = 0.45f, kFeatureRatioMax = 1.4f;
constexpr float kGlossMin = 0.35f,
                kGlossMax = 1.1f;  // what is lighter than the skin around, see gloss_gain()
constexpr float kTintGainMax = 1.15f;
constexpr float kMuchLighterFrom = 1.1f, kMuchLighterTo = 1.5f;  // of L + 16, result to source
constexpr float kColourKnee =
    5;  // of a and b: skin whose colour differs more from the skin around is lit or painted, not blushed
constexpr float kLessColour = 0.6f;   // of that where it gets much lighter
constexpr float kPores = 1.2f;        // of L: what is lighter than its surroundings by more is gloss
constexpr float kKneeSpreads = 2.5f;  // highlights beyond this many spreads are compressed
constexpr float kLightestSkin = 0.98f, kCeilingRoom = 6;  // share of the skin that is darker; L above it
constexpr float kCeilingBend = 5;  // of L: lightness bends this far below the target's lightest skin
constexpr float kDarkestFeature = 0.03f, kDarkestSkin = 0.01f;  // shares of them that are darker
constexpr float kFloorRoom = 8, kFloorBend = 5;                 // of L: as at the ceiling
// Middle frequencies are what a face's forms make of the light, so that most of them are the source's, whose
// lamps were taken out.
constexpr float kOwnForms = 0.9f;
// Of the logarithm of L + 16 to that of values as coded: exponents of 1/3 and about 1/2.2 of light.
constexpr float kLightnessPerCode = 2.2f / 3;
// What would be darker than both pictures by more than so much of L keeps this share of the rest.
constexpr float kDeeperThanBoth = 7, kBelowBoth = 0.3f;
// Share of the detail where the expressions differ, from this much of expression_gap on: foreheads stay
// below.
constexpr float kCreasesOfTarget = 0.3f, kCreasesFrom = 0.65f;
constexpr float kCornersOfTarget = 0.6f;  // more of it around the mouth's corners, where the gap goes on to 2
constexpr float kColourOfTarget = 0.7f;   // share of the colours' detail there, and on foreheads
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

// Fine gloss, the light edge of lips above all, is lightened as gloss is, as far as it stands out from pores;
// features follow the contrast.
MIEN_INLINE float lightened_fine(float fine, float gloss, float feature, float contrast) {
  const float pores = std::min(fine, kPores);
  return pores * (1 + feature * (contrast - 1)) +
         (fine - pores) * std::min(gloss, 1.0f) * (1 + feature * (std::min(contrast, 1.0f) - 1));
}

// The gain of skin's detail for what is deep in it, 1 for features: soft light makes lines (and nostrils)
// softer, too, however deep they are. feature: how much more it is a feature, -1..1.
MIEN_INLINE float softened(float gain, float feature) {
  return gain + (1 - gain) * smoothstep(-0.2f, 0.2f, feature);
}

// Detail of features and of deep lines in skin, dark by the contrast, and with the gain where it is below 1.
MIEN_INLINE float lined(float detail, float gain, float gloss, float contrast) {
  return std::min(1.0f, gain) * detail * (detail > 0 ? std::min(gloss, contrast) : contrast);
}

// Bends what is lighter than the ceiling towards it; up to `base` everything stays.
MIEN_INLINE float below_ceiling(float lightness, float base, float ceiling) {
  const float from = std::max(base, ceiling - kCeilingBend);
  const float over = std::max(lightness - from, 0.0f);
  return std::min(lightness, from) + kCeilingBend * fast_tanh(over * (1 / kCeilingBend));
}

// Bends what is darker than the floor towards it.
MIEN_INLINE float above_floor(float lightness, float floor) {
  const float from = floor + kFloorBend, under = std::max(from - lightness, 0.0f);
  return std::max(lightness, from) - kFloorBend * fast_tanh(under * (1 / kFloorBend));
}

MIEN_INLINE Lab mixed(const Lab& a, const Lab& b, float share) {
  return {a.l + share * (b.l - a.l), a.a + share * (b.a - a.a), a.b + share * (b.b - a.b)};
}

// soft_knee to both sides.
MIEN_INLINE float bent(float x, float knee) {
  const float size = soft_knee(std::abs(x), knee, 1 / knee);
  return x < 0 ? -size : size;
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

// percentile() of the values where mask > 0.5; `unknown` when there are none.
float masked_percentile(const Plane& values, const Plane& mask, float share, float unknown) {
  std::vector<float>& seen = samples(values, nullptr, mask);
  return seen.empty() ? unknown : percentile(share, &seen);
}

// L of the darkest features and skin of the target, as far as both are known (within the spans), minus some
// room; kNoFloor when nothing is.
constexpr float kNoFloor = -100;
float find_floor(const Plane& lightness, const FaceMasks& masks, const RowSpans& spans) {
  thread_local std::vector<float> seen;  // scratch that keeps its memory
  seen.clear();
  const int step = 1 + static_cast<int>(lightness.size() / 100'000);
  for (int y = 0; y < lightness.height; ++y)
    for (int x = spans.first[y]; x < spans.last[y]; x += step)
      if (masks.both.row(y)[x] > 0.5f) seen.push_back(lightness.row(y)[x]);
  if (seen.empty()) return kNoFloor;
  return std::min(percentile(kDarkestFeature, &seen),
                  masked_percentile(lightness, masks.skin, kDarkestSkin, 100)) -
         kFloorRoom;
}

RelightGains measure(const SkinBlurs& blurs, const FaceMasks& masks, RelightScratch* s) {
  const Plane& skin = blurs.low.mask();
  blurs.low.enlarge(s->target.low, &s->low_target), blurs.mid.enlarge(s->target.mid, &s->mid_target);
  blurs.low.enlarge(s->warped.low, &s->low_warped), blurs.mid.enlarge(s->warped.mid, &s->mid_warped);
  const float mid_t = robust_spread(s->mid_target, &s->low_target, skin),
              mid_w = robust_spread(s->mid_warped, &s->low_warped, skin);
  const float detail_t = robust_spread(s->target.fine, &s->mid_target, skin),
              detail_w = robust_spread(s->warped.fine, &s->mid_warped, skin);
  const float fine_t = robust_spread(s->target.lab.l, &s->target.fine, skin),
              fine_w = robust_spread(s->warped.lab.l, &s->warped.fine, skin);
  RelightGains g;
  g.middle = ratio(mid_t, mid_w, kMidGainMin, kMidGainMax);
  g.detail = ratio(detail_t, detail_w, kDetailGainMin, kDetailGainMax);
  g.fine = ratio(fine_t, fine_w, kFineGainMin, kFineGainMax);
  g.knee = kKneeSpreads * std::max(detail_t, kSmallestSpread);
  g.ceiling = masked_percentile(s->target.lab.l, skin, kLightestSkin, 100 - kCeilingRoom) + kCeilingRoom;
  g.floor = find_floor(s->target.lab.l, masks, s->spans);
  return g;
}

float chroma(float lightness, float a, float b) { return (lightness + 16) / 116 * std::hypot(a, b); }

// How much of the source's colour detail the target takes: a target with little colour gets little.
// Low-frequency, so done coarsely.
void measure_tint_gain(const SkinBlurs& blurs, RelightScratch* s) {
  const int step = blurs.tint.factor(), w = blurs.tint.mask().width, h = blurs.tint.mask().height;
  thread_local RowEnlarger target, warped;  // scratch that keeps its memory
  thread_local std::vector<float> low_target, low_warped;
  target.begin(s->target.low, blurs.low.factor(), w), warped.begin(s->warped.low, blurs.low.factor(), w);
  low_target.resize(static_cast<std::size_t>(w)), low_warped.resize(low_target.size());
  s->tint_gain.resize(s->target.tint_a.width, s->target.tint_a.height);
  for (int y = 0; y < s->tint_gain.height; ++y) {
    const int full_y = std::min(y * step + step / 2, h - 1);
    target.row(full_y, 0, w, low_target.data()), warped.row(full_y, 0, w, low_warped.data());
    for (int x = 0; x < s->tint_gain.width; ++x) {
      const auto full_x = static_cast<std::size_t>(std::min(x * step + step / 2, w - 1));
      const float t = chroma(low_target[full_x], s->target.tint_a.row(y)[x], s->target.tint_b.row(y)[x]);
      const float source = chroma(low_warped[full_x], s->warped.tint_a.row(y)[x], s->warped.tint_b.row(y)[x]);
      s->tint_gain.row(y)[x] = ratio(t, source, 0.0f, kTintGainMax);
    }
  }
}

constexpr int kBlock = 256;  // pixels done together: nothing else can lie where they are written

// Where the pixels of a block begin.
struct BlockInputs {
  const float *warped_l, *warped_a, *warped_b, *fine_target, *fine_warped;
  const float *low_target, *low_warped, *mid_target, *mid_warped, *tint_gain;
  const float *tint_target_a, *tint_target_b, *tint_warped_a, *tint_warped_b;
  const float *features, *right_eye, *left_eye, *expression_gap, *light, *alpha;
};

struct BlockOutput {
  float *r, *g, *b;
};

// The target's low frequencies, and forms of which `own` is the source's share, in the target's light.
MIEN_INLINE float formed(const BlockInputs& in, int i, float own, float middle) {
  const float low = in.low_target[i], lit = kLightnessPerCode * (low + 16) * in.light[i];
  return low + (1 - own) * (in.mid_target[i] - low) +
         own * (middle * (in.mid_warped[i] - in.low_warped[i]) + lit);
}

// n <= kBlock pixels; those whose alpha is 0 stay.
MIEN_SIMD_CLONES
void relight_block(const BlockInputs in, EyeChoice eyes, const RelightGains& gains, const EyeLight& eye,
                   int n, const BlockOutput out) {
  const float use_right = eyes.right ? 1.0f : 0.0f, use_left = eyes.left ? 1.0f : 0.0f,
              per_knee = 1 / gains.knee;
  float r[kBlock], g[kBlock], b[kBlock];
  for (int i = 0; i < n; ++i) {
    const Lab w{in.warped_l[i], in.warped_a[i], in.warped_b[i]};
    // Where the expressions differ, shading is the target's, and some of the creases.
    const float low_t = in.low_target[i], low_w = in.low_warped[i], bare = 1 - in.features[i],
                gap = bare * std::min(in.expression_gap[i], 1.0f),
                corner = bare * std::max(in.expression_gap[i] - 1, 0.0f),
                crease = kCreasesOfTarget * smoothstep(kCreasesFrom, 1, gap) + kCornersOfTarget * corner;
    const float rim = std::min(1.0f, 1.5f * in.alpha[i]),  // towards it forms and colours become the target's
        own = kOwnForms * (1 - gap) * rim;
    const float base = formed(in, i, own, gains.middle);
    const float target_detail = in.fine_target[i] - in.mid_target[i], fine = w.l - in.fine_warped[i];
    const float detail = in.fine_warped[i] - in.mid_warped[i] +
                         crease * (target_detail - (in.fine_warped[i] - in.mid_warped[i]));
    // Skin's rule and the features' rule; deep dark detail (nostrils, lines, stubble) counts as a feature.
    const float deep = smoothstep(1, 2, -detail * (1 / 1.5f) * per_knee),
                feature = std::max(in.features[i], deep);
    const float contrast =
        ratio(low_t, low_w, kFeatureRatioMin, in.features[i] > deep ? kFeatureRatioMax : 1.0f);
    const float gloss = gloss_gain(low_t, low_w),
                skin_detail =
                    soft_knee(gains.detail * detail * (detail > 0 ? gloss : 1.0f), gains.knee, per_knee);
    const float feature_detail =
        lined(detail, softened(gains.detail, in.features[i] - deep), gloss, contrast);
    const float fine_light = lightened_fine(gains.fine * fine, gloss, feature, contrast);
    const float free = base + (1 - feature) * skin_detail + feature * feature_detail + fine_light;
    // Shadows of both pictures at one place are no deeper than either.
    const float floor = std::min(in.mid_target[i], (w.l + 16) * gains.level - 16) - kDeeperThanBoth,
                below = std::min(free - floor, 0.0f) * (1 - in.features[i]);
    const float lightness = below_ceiling(free - (1 - kBelowBoth) * below, base, gains.ceiling);
    const Lab base_t =
                  shaded(lightness, low_t, {in.tint_target_a[i], in.tint_target_b[i]}, gains.target_shade),
              base_w = shaded(w.l, low_w, {in.tint_warped_a[i], in.tint_warped_b[i]}, gains.warped_shade);
    // What gets darker gets less colourful. So does what gets much lighter: gloss and shadow differ more in
    // colour on dark skin than on light.
    const float tint_gain = in.tint_gain[i], lighter = (std::max(lightness, 0.0f) + 16) / (w.l + 16),
                much = smoothstep(kMuchLighterFrom, kMuchLighterTo, lighter),
                shift_gain = tint_gain * rim * (1 - kColourOfTarget * gap) *
                             (std::min(lighter, 1.0f) - much * (1 - 1 / (lighter * lighter)));
    const float shift_a = shift_gain * (w.a - base_w.a), shift_b = shift_gain * (w.b - base_w.b),
                bend = std::max(1 - feature, much),  // nostrils are redder than the skin around
        knee = kColourKnee * (1 - kLessColour * much);
    Lab lab{lightness, base_t.a + shift_a + bend * (bent(shift_a, knee) - shift_a),
            base_t.b + shift_b + bend * (bent(shift_b, knee) - shift_b)};
    const float eyeball = std::max(use_right * in.right_eye[i], use_left * in.left_eye[i]),
                colour = std::min(1.0f, tint_gain * 1.5f);
    lab = mixed(lab, eyeball_in_light(w, eye, colour), eyeball);
    // Not above the light of here and now: the floor may be some frames old.
    lab.l = above_floor(lab.l, std::min(gains.floor, in.mid_target[i] - kFloorRoom));
    const LinearRgb rgb = linear_from_lab({std::clamp(lab.l, 0.0f, 100.0f), lab.a, lab.b});
    r[i] = srgb_from_linear(rgb.r), g[i] = srgb_from_linear(rgb.g), b[i] = srgb_from_linear(rgb.b);
  }
  for (int i = 0; i < n; ++i) out.r[i] = in.alpha[i] > 0 ? r[i] : out.r[i];
  for (int i = 0; i < n; ++i) out.g[i] = in.alpha[i] > 0 ? g[i] : out.g[i];
  for (int i = 0; i < n; ++i) out.b[i] = in.alpha[i] > 0 ? b[i] : out.b[i];
}

constexpr float kLookShare = 0.4f;  // of a new one in what is used

// The two pictures, and what is known of them.
struct Pair {
  const PlanarRgb &target, &warped;
  const FaceMasks& masks;
  const SkinBlurs& blurs;
};

RelightMemory measure_all(const Pair& pair, RelightScratch* s) {
  RelightMemory out;
  out.gains = measure(pair.blurs, pair.masks, s), out.eye = match_eyes(pair.masks, pair.target, pair.warped);
  const float target = masked_percentile(s->low_target, pair.masks.skin, 0.5f, 0),
              warped = masked_percentile(s->low_warped, pair.masks.skin, 0.5f, 0);
  const int factor = pair.blurs.tint.factor();
  out.gains.target_shade = measure_shade_colour(
      pair.target, {s->low_target, s->target.tint_a, s->target.tint_b, factor}, pair.masks.skin);
  out.gains.warped_shade = measure_shade_colour(
      pair.warped, {s->low_warped, s->warped.tint_a, s->warped.tint_b, factor}, pair.masks.skin);
  out.lightness_gap = target - warped, out.gains.level = (target + 16) / (warped + 16);
  return out;
}

void steady(float before, float* value) { *value = before + kLookShare * (*value - before); }

// Eyes that a hand covers for a while are what they were.
void steady_eyes(const EyeMatch& before, EyeMatch* now) {
  if (!before.seen) return;
  if (!now->seen) {
    *now = before;
    return;
  }
  steady(before.lightness_gain, &now->lightness_gain), steady(before.white_l, &now->white_l);
  steady(before.shift_a, &now->shift_a), steady(before.shift_b, &now->shift_b);
}

bool is_due(const RelightMemory* memory) { return memory == nullptr || memory->frames_left <= 0; }

RelightMemory measure_or_hold(const Pair& pair, RelightScratch* s, RelightMemory* memory) {
  if (!is_due(memory)) {
    --memory->frames_left;
    return *memory;
  }
  RelightMemory now = measure_all(pair, s);
  if (memory == nullptr) return now;
  if (memory->known) {
    steady(memory->gains.middle, &now.gains.middle), steady(memory->gains.detail, &now.gains.detail);
    steady(memory->gains.fine, &now.gains.fine), steady(memory->gains.knee, &now.gains.knee);
    steady(memory->gains.ceiling, &now.gains.ceiling);
    if (now.gains.floor > kNoFloor && memory->gains.floor > kNoFloor)
      steady(memory->gains.floor, &now.gains.floor);
    else
      now.gains.floor = std::max(now.gains.floor, memory->gains.floor);  // what is known
    steady(memory->gains.level, &now.gains.level);
    for (ShadeColour RelightGains::*shade : {&RelightGains::target_shade, &RelightGains::warped_shade}) {
      const ShadeColour& before = memory->gains.*shade;
      ShadeColour& after = now.gains.*shade;
      steady(before.level.a, &after.level.a), steady(before.level.b, &after.level.b);
      steady(before.slope.a, &after.slope.a), steady(before.slope.b, &after.slope.b);
      steady(before.chroma, &after.chroma);
    }
    steady_eyes(memory->eye, &now.eye);
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
  for (float& v : seen) v -= median;
  return robust_deviation(&seen);
}

namespace {

constexpr int kRowsPerTask = 24, kLanes = 16;  // of the widest vectors

// Rows of the coarse planes at the picture's resolution.
class CoarseRows {
 public:
  // light: RelightOver::light.
  void begin(const RelightScratch& s, const SkinBlurs& blurs, const Plane* light, int width) {
    const int low = blurs.low.factor(), mid = blurs.mid.factor(), tint = blurs.tint.factor();
    const std::pair<const Plane*, int> planes[kPlanes] = {
        {&s.target.low, low},     {&s.warped.low, low},     {&s.target.mid, mid},
        {&s.warped.mid, mid},     {&s.tint_gain, tint},     {&s.target.tint_a, tint},
        {&s.target.tint_b, tint}, {&s.warped.tint_a, tint}, {&s.warped.tint_b, tint}};
    zeros_.assign(static_cast<std::size_t>(width), 0.0f);
    for (auto& line : lines_) line = zeros_;
    for (std::size_t k = 0; k < kPlanes; ++k) enlargers_[k].begin(*planes[k].first, planes[k].second, width);
    is_lit_ = light != nullptr;
    if (light) enlargers_[kPlanes].begin(*light, kSurfaceStep, width);
  }
  void read(int y, int first, int last) {
    for (std::size_t k = 0; k < kPlanes + (is_lit_ ? 1 : 0); ++k)
      enlargers_[k].row(y, first, last, lines_[k].data() + first);
  }
  // In the order of BlockInputs, low_target to tint_warped_b, then light.
  const float* line(std::size_t k) const { return lines_[k].data(); }
  const float* zeros() const { return zeros_.data(); }

 private:
  static constexpr std::size_t kPlanes = 9;
  std::array<RowEnlarger, kPlanes + 1> enlargers_;
  std::array<std::vector<float>, kPlanes + 1> lines_;
  std::vector<float> zeros_;
  bool is_lit_ = false;
};

BlockInputs inputs_at(const RelightScratch& s, const FaceMasks& masks, const RelightOver& over,
                      const CoarseRows& rows, int y, int x) {
  const auto at = [y, x](const Plane& plane) { return plane.row(y) + x; };
  const auto coarse = [&rows, x](std::size_t k) { return rows.line(k) + x; };
  return {at(s.warped.lab.l), at(s.warped.lab.a),
          at(s.warped.lab.b), s.takes_creases ? at(s.target.fine) : rows.zeros() + x,
          at(s.warped.fine),  coarse(0),
          coarse(1),          coarse(2),
          coarse(3),          coarse(4),
          coarse(5),          coarse(6),
          coarse(7),          coarse(8),
          at(masks.features), at(masks.right_eye),
          at(masks.left_eye), over.expression_gap ? at(*over.expression_gap) : rows.zeros() + x,
          coarse(9),          at(masks.alpha)};
}

// Rows y0 .. y1 - 1.
void relight_rows(const RelightScratch& s, const Pair& pair, const RelightOver& over, EyeChoice eyes,
                  const RelightMemory& how, int y0, int y1, PlanarRgb* warped) {
  thread_local CoarseRows rows;  // scratch that keeps its memory
  const int width = warped->width;
  rows.begin(s, pair.blurs, over.light, width);
  for (int y = y0; y < y1; ++y) {
    int first = s.painted.first[y], last = s.painted.last[y];
    if (first >= last) continue;
    // Whole vectors: what is done beyond the span is not used.
    last = std::min(width, first + (last - first + kLanes - 1) / kLanes * kLanes);
    rows.read(y, first, last);
    for (int x = first; x < last; x += kBlock) {
      const std::size_t at = static_cast<std::size_t>(y) * width + x;
      relight_block(inputs_at(s, pair.masks, over, rows, y, x), eyes, how.gains, EyeLight(how.eye),
                    std::min(kBlock, last - x),
                    {warped->channel(0) + at, warped->channel(1) + at, warped->channel(2) + at});
    }
  }
}

}  // namespace

namespace {

// Whether a smooth plane gets above a level.
bool reaches(const Plane& plane, float level) {
  constexpr std::size_t kStep = 4;
  for (std::size_t i = 0; i < plane.size(); i += kStep)
    if (plane.values[i] > level) return true;
  return false;
}

}  // namespace

RelightReport relight(const PlanarRgb& target, const FaceMasks& masks, EyeChoice eyes, float width_px,
                      const RelightOver& over, RelightScratch* s, PlanarRgb* warped, RelightMemory* memory,
                      ThreadPool* pool) {
  ThreadPool alone(1);
  if (pool == nullptr) pool = &alone;
  const SkinBlurs blurs{{masks.skin, kLowLightSigma * width_px, &s->low_blur},
                        {masks.skin, kMidSigma * width_px, &s->mid_blur},
                        {masks.skin, kTintSigma * width_px, &s->tint_blur}};
  s->mid_factor = blurs.mid.factor(), s->tint_factor = blurs.tint.factor();
  const float fine_sigma = std::max(0.8f, kFineSigma * width_px);
  find_spans(masks.alpha, masks.alpha, 0, &s->painted);
  find_spans(masks.alpha, masks.skin, gaussian_blur_reach(fine_sigma), &s->spans);
  static_assert(kMostForeheadShare <= kCreasesFrom);
  s->takes_creases = over.expression_gap && reaches(*over.expression_gap, kCreasesFrom);
  const BandChoice of_target{false, s->takes_creases || is_due(memory) ? fine_sigma : 0};
  const auto sides = [&](int first, int last) {
    for (int k = first; k < last; ++k) {
      if (k == 0) split_into_bands(target, blurs, s->spans, of_target, &s->split[0], &s->target);
      if (k == 1) split_into_bands(*warped, blurs, s->spans, {true, fine_sigma}, &s->split[1], &s->warped);
    }
  };
  pool->for_ranges(0, 2, 1, std::cref(sides));  // by reference: nothing is allocated
  measure_tint_gain(blurs, s);
  const Pair pair{target, *warped, masks, blurs};
  const RelightMemory how = measure_or_hold(pair, s, memory);
  const auto rows = [&](int y0, int y1) { relight_rows(*s, pair, over, eyes, how, y0, y1, warped); };
  pool->for_ranges(0, target.height, kRowsPerTask, std::cref(rows));
  return {how.gains.detail, how.gains.fine, how.lightness_gap, how.eye,
          std::min(how.gains.target_shade.chroma, how.gains.warped_shade.chroma)};
}

}  // namespace mien
