#include "fuse/tone.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "fuse/ciede2000.h"

namespace mien {
namespace {

constexpr std::size_t kMostSamples = 8'000, kFewestSamples = 30;
constexpr float kTrimmedShare = 0.1f;  // at each end
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
  return lab_from_linear({linear_from_srgb(brightness * picture.channel(0)[i]), linear_from_srgb(brightness * picture.channel(1)[i]),
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
  std::vector<float> values;
  for_skin(skin, [&](std::size_t i) { values.push_back(std::max({picture.channel(0)[i], picture.channel(1)[i], picture.channel(2)[i]})); });
  if (values.size() < kFewestSamples) return 0;
  trim(&values, [](float v) { return v; });
  double sum = 0;
  for (const float v : values) sum += v;
  return static_cast<float>(sum / static_cast<double>(values.size()));
}

}  // namespace

bool skin_colour(const PlanarRgb& picture, const Plane& skin, float brightness, Lab* out) {
  std::vector<Lab> colours;
  for_skin(skin, [&](std::size_t i) { colours.push_back(lab_of(picture, i, brightness)); });
  if (colours.size() < kFewestSamples) return false;
  trim(&colours, [](const Lab& c) { return c.l; });
  double l = 0, a = 0, b = 0;
  for (const Lab& c : colours) l += c.l, a += c.a, b += c.b;
  const auto n = static_cast<double>(colours.size());
  *out = {static_cast<float>(l / n), static_cast<float>(a / n), static_cast<float>(b / n)};
  return true;
}

float brightness_match(const PlanarRgb& picture, const PlanarRgb& target, const Plane& skin) {
  const float own = mean_value(picture, skin), wanted = mean_value(target, skin);
  return own > 0 && wanted > 0 ? std::clamp(wanted / own, kBrightnessMin, kBrightnessMax) : 1.0f;
}

float skin_difference(const PlanarRgb& picture, const PlanarRgb& target, const Plane& skin, float brightness) {
  Lab own, wanted;
  if (!skin_colour(picture, skin, brightness, &own) || !skin_colour(target, skin, 1, &wanted)) return 0;
  return static_cast<float>(delta_e_2000(own, wanted));
}

bool compensate_tone(const PlanarRgb& target, const FaceMasks& masks, const ToneSettings& settings, PlanarRgb* picture) {
  Lab own, wanted;
  if (!skin_colour(*picture, masks.skin, 1, &own) || !skin_colour(target, masks.skin, 1, &wanted)) return false;
  if (!(settings.strength > 0) || delta_e_2000(own, wanted) <= settings.threshold) return false;
  const float dl = settings.strength * (wanted.l - own.l), da = settings.strength * (wanted.a - own.a), db = settings.strength * (wanted.b - own.b);
  for (std::size_t i = 0; i < picture->plane(); ++i) {
    if (!(masks.alpha.values[i] > 0)) continue;
    const Lab c = lab_of(*picture, i, 1);
    const LinearRgb rgb = linear_from_lab({std::clamp(c.l + dl, 0.0f, 100.0f), c.a + da, c.b + db});
    picture->channel(0)[i] = srgb_from_linear(rgb.r);
    picture->channel(1)[i] = srgb_from_linear(rgb.g);
    picture->channel(2)[i] = srgb_from_linear(rgb.b);
  }
  return true;
}

}  // namespace mien
