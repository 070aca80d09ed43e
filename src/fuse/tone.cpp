#include "fuse/tone.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "face/topology.h"
#include "fuse/ciede2000.h"

namespace mien {
namespace {

constexpr std::size_t kMostSamples = 8'000, kFewestSamples = 30;
constexpr float kTrimmedShare = 0.1f;  // at each end
constexpr float kRampWidth = 0.5f;     // from one half's colours to the other's, in face widths
constexpr float kBrightnessMin = 0.25f, kBrightnessMax = 4;

// Calls use(i) for skin pixels, for every so many of them when there are very many.
template <class Use>
void for_skin(const Plane& skin, Use use) {
  const std::size_t step = 1 + skin.size() / kMostSamples;
  for (std::size_t i = 0; i < skin.size(); i += step) {
    if (skin.values[i] > 0.5f) use(i);
  }
}

Lab lab_of(const PlanarRgb& picture, std::size_t i, float brightness) {
  return lab_from_linear({linear_from_srgb(brightness * picture.channel(0)[i]),
                          linear_from_srgb(brightness * picture.channel(1)[i]),
                          linear_from_srgb(brightness * picture.channel(2)[i])});
}

// Leaves out the kTrimmedShare smallest and largest by key.
template <class T, class Key>
void trim(std::vector<T>* values, Key key) {
  const auto less = [&](const T& a, const T& b) { return key(a) < key(b); };
  const auto cut = static_cast<std::ptrdiff_t>(kTrimmedShare * static_cast<float>(values->size()));
  std::nth_element(values->begin(), values->begin() + cut, values->end(), less);
  std::nth_element(values->begin() + cut, values->end() - 1 - cut, values->end(), less);
  values->erase(values->end() - cut, values->end());
  values->erase(values->begin(), values->begin() + cut);
}

float mean_value(const PlanarRgb& picture, const Plane& skin) {
  thread_local std::vector<float> values;  // scratch that keeps its memory
  values.clear();
  for_skin(skin, [&](std::size_t i) {
    const float v = std::max({picture.channel(0)[i], picture.channel(1)[i], picture.channel(2)[i]});
    if (std::isfinite(v)) values.push_back(v);
  });
  if (values.size() < kFewestSamples) return 0;
  trim(&values, [](float v) { return v; });
  double sum = 0;
  for (const float v : values) sum += v;
  return static_cast<float>(sum / static_cast<double>(values.size()));
}

std::optional<Lab> trimmed_mean(std::vector<Lab>* colours) {
  if (colours->size() < kFewestSamples) return std::nullopt;
  trim(colours, [](const Lab& c) { return c.l; });
  double l = 0, a = 0, b = 0;
  for (const Lab& c : *colours) l += c.l, a += c.a, b += c.b;
  const auto n = static_cast<double>(colours->size());
  return Lab{static_cast<float>(l / n), static_cast<float>(a / n), static_cast<float>(b / n)};
}

// Trimmed means of the whole face's skin and of its halves; empty where there is too little.
struct SkinTone {
  std::optional<Lab> whole;
  std::array<std::optional<Lab>, 2> sides;
};

SkinTone skin_tone(const PlanarRgb& picture, const Plane& skin, const FaceHalves& halves) {
  thread_local std::vector<Lab> all;
  thread_local std::array<std::vector<Lab>, 2> sides;
  all.clear(), sides[0].clear(), sides[1].clear();
  for_skin(skin, [&](std::size_t i) {
    const auto x = static_cast<float>(i % static_cast<std::size_t>(skin.width)),
               y = static_cast<float>(i / static_cast<std::size_t>(skin.width));
    all.push_back(lab_of(picture, i, 1));
    sides[halves.at(x, y) < 0 ? 0 : 1].push_back(all.back());
  });
  return {trimmed_mean(&all), {trimmed_mean(&sides[0]), trimmed_mean(&sides[1])}};
}

float difference(const std::optional<Lab>& a, const std::optional<Lab>& b) {
  return a && b ? static_cast<float>(delta_e_2000(*a, *b)) : 0.0f;
}

Lab step(const Lab& from, const Lab& to, float share) {
  return {share * (to.l - from.l), share * (to.a - from.a), share * (to.b - from.b)};
}

// The way of each half.
std::array<Lab, 2> steps_of(const SkinTone& own, const SkinTone& wanted, float strength) {
  std::array<Lab, 2> out;
  const bool both = own.sides[0] && own.sides[1] && wanted.sides[0] && wanted.sides[1];
  for (std::size_t s = 0; s < 2; ++s)
    out[s] =
        both ? step(*own.sides[s], *wanted.sides[s], strength) : step(*own.whole, *wanted.whole, strength);
  return out;
}

// 0 on the person's right, 1 on the left, smooth in between.
MIEN_INLINE float left_share(float face_widths) {
  const float t = std::clamp(0.5f + face_widths / kRampWidth, 0.0f, 1.0f);
  return t * t * (3 - 2 * t);
}

constexpr int kBlock = 256;  // pixels done together

struct Block {
  float r[kBlock], g[kBlock], b[kBlock];  // linear light
};

// Where the pixels are, in face widths from the middle: of the first, and from one to the next.
struct Across {
  float first, step;
};

MIEN_SIMD_CLONES
void move_block(const Block& linear, const float* alpha, const Across& across, const Lab& right,
                const Lab& left, int n, float* __restrict r, float* __restrict g, float* __restrict b) {
  for (int i = 0; i < n; ++i) {
    const float t = left_share(across.first + static_cast<float>(i) * across.step);
    const Lab c = lab_from_linear({linear.r[i], linear.g[i], linear.b[i]});
    const LinearRgb rgb =
        linear_from_lab({std::clamp(c.l + right.l + t * (left.l - right.l), 0.0f, 100.0f),
                         c.a + right.a + t * (left.a - right.a), c.b + right.b + t * (left.b - right.b)});
    r[i] = alpha[i] > 0 ? srgb_from_linear(rgb.r) : r[i];
    g[i] = alpha[i] > 0 ? srgb_from_linear(rgb.g) : g[i];
    b[i] = alpha[i] > 0 ? srgb_from_linear(rgb.b) : b[i];
  }
}

void move_colours(const Plane& alpha, const FaceHalves& halves, const std::array<Lab, 2>& steps,
                  PlanarRgb* picture) {
  Block block;
  for (int y = 0; y < alpha.height; ++y) {
    for (int x = 0; x < alpha.width; x += kBlock) {
      const int n = std::min(kBlock, alpha.width - x);
      const std::size_t first = static_cast<std::size_t>(y) * alpha.width + x;
      const float* a = alpha.values.data() + first;
      if (std::none_of(a, a + n, [](float v) { return v > 0; })) continue;
      float* values[3] = {picture->channel(0) + first, picture->channel(1) + first,
                          picture->channel(2) + first};
      linear_from_srgb(values[0], static_cast<std::size_t>(n), block.r);
      linear_from_srgb(values[1], static_cast<std::size_t>(n), block.g);
      linear_from_srgb(values[2], static_cast<std::size_t>(n), block.b);
      const Across across{halves.at(static_cast<float>(x), static_cast<float>(y)), halves.across.x};
      move_block(block, a, across, steps[0], steps[1], n, values[0], values[1], values[2]);
    }
  }
}

}  // namespace

bool skin_colour(const PlanarRgb& picture, const Plane& skin, float brightness, Lab* out) {
  thread_local std::vector<Lab> colours;
  colours.clear();
  for_skin(skin, [&](std::size_t i) { colours.push_back(lab_of(picture, i, brightness)); });
  const std::optional<Lab> mean = trimmed_mean(&colours);
  if (mean) *out = *mean;
  return mean.has_value();
}

float brightness_match(const PlanarRgb& picture, const PlanarRgb& target, const Plane& skin) {
  const float own = mean_value(picture, skin), wanted = mean_value(target, skin);
  return own > 0 && wanted > 0 ? std::clamp(wanted / own, kBrightnessMin, kBrightnessMax) : 1.0f;
}

float skin_difference(const PlanarRgb& picture, const PlanarRgb& target, const Plane& skin,
                      float brightness) {
  Lab own, wanted;
  if (!skin_colour(picture, skin, brightness, &own) || !skin_colour(target, skin, 1, &wanted)) return 0;
  return static_cast<float>(delta_e_2000(own, wanted));
}

FaceHalves halves_of(const Mesh& mesh) {
  using namespace topology;
  const Point3f &top = mesh[kForeheadTop], &nose = mesh[kNoseTip], &chin = mesh[kChin],
                &right = mesh[kRightCheekEdge], &left = mesh[kLeftCheekEdge];
  const float dx = left.x - right.x, dy = left.y - right.y, width2 = std::max(dx * dx + dy * dy, 1.0f);
  return {{(top.x + nose.x + chin.x) / 3, (top.y + nose.y + chin.y) / 3}, {dx / width2, dy / width2}};
}

ToneReport match_tone(const PlanarRgb& target, const FaceMasks& masks, const FaceHalves& halves,
                      const ToneSettings& settings, PlanarRgb* picture) {
  const SkinTone wanted = skin_tone(target, masks.skin, halves),
                 own = skin_tone(*picture, masks.skin, halves);
  ToneReport out;
  out.after = difference(own.whole, wanted.whole);
  for (std::size_t s = 0; s < 2; ++s) out.sides_before[s] = difference(own.sides[s], wanted.sides[s]);
  out.sides_after = out.sides_before;
  const float most = std::max({out.after, out.sides_before[0], out.sides_before[1]});
  if (!own.whole || !wanted.whole || !(settings.strength > 0) || most <= settings.threshold) return out;
  move_colours(masks.alpha, halves, steps_of(own, wanted, settings.strength), picture);
  const SkinTone now = skin_tone(*picture, masks.skin, halves);
  out.changed = true;
  out.after = difference(now.whole, wanted.whole);
  for (std::size_t s = 0; s < 2; ++s) out.sides_after[s] = difference(now.sides[s], wanted.sides[s]);
  return out;
}

}  // namespace mien
