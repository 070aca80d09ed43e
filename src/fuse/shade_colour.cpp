#include "fuse/shade_colour.h"

#include <cmath>

namespace mien {
namespace {

constexpr std::size_t kMostSamples = 2'000;
// A shade that says nothing: noise has as much. Added to the sum of squares per pixel, it draws the slopes of
// flat pictures towards 0.
constexpr float kNoShade = 0.02f;
constexpr double kFewSamples = 60;  // so many count half: a face of which hardly anything is seen
constexpr double kMostSlope = 1.2;  // of the mean chromaticity: more is the colour of another lamp

struct Sums {
  double n = 0, x = 0, xx = 0, a = 0, b = 0, xa = 0, xb = 0, chroma = 0;

  void add(double shade, const Tint& own, const Tint& around) {
    const double da = own.a - around.a, db = own.b - around.b;
    n += 1, x += shade, xx += shade * shade;
    a += da, b += db, xa += shade * da, xb += shade * db;
    chroma += std::hypot(own.a, own.b);
  }
};

}  // namespace

ShadeColour measure_shade_colour(const PlanarRgb& picture, const SkinAround& around, const Plane& mask) {
  Sums s;
  const std::size_t step = 1 + mask.size() / kMostSamples / 2;
  for (std::size_t i = 0; i < mask.size(); i += step) {
    if (!(mask.values[i] > 0.5f)) continue;
    const Lab own = lab_at(picture, i);
    const float low = around.low.values[i], difference = (own.l - low) / (low + 16);
    if (!(std::abs(difference) < kMostShade)) continue;
    const int x = static_cast<int>(i) % mask.width / around.factor,
              y = static_cast<int>(i) / mask.width / around.factor;
    const float per_fy = 116 / (own.l + 16);
    s.add(difference, {own.a * per_fy, own.b * per_fy},
          {around.tint_a.row(std::min(y, around.tint_a.height - 1))[std::min(x, around.tint_a.width - 1)],
           around.tint_b.row(std::min(y, around.tint_b.height - 1))[std::min(x, around.tint_b.width - 1)]});
  }
  if (!(s.n > 0)) return {};
  const double mean = s.x / s.n, spread = s.xx / s.n - mean * mean + kNoShade * kNoShade,
               most = kMostSlope * s.chroma / s.n, belief = s.n / (s.n + kFewSamples);
  const double slope_a = belief * std::clamp((s.xa / s.n - mean * s.a / s.n) / spread, -most, most),
               slope_b = belief * std::clamp((s.xb / s.n - mean * s.b / s.n) / spread, -most, most);
  ShadeColour out;
  out.slope = {static_cast<float>(slope_a), static_cast<float>(slope_b)};
  out.level = {static_cast<float>(belief * s.a / s.n - slope_a * mean),
               static_cast<float>(belief * s.b / s.n - slope_b * mean)};
  out.chroma = static_cast<float>(s.chroma / s.n);
  return out;
}

}  // namespace mien
