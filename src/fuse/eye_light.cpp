#include "fuse/eye_light.h"

#include <cstddef>
#include <span>
#include <vector>

namespace mien {
namespace {

// A pixel of the eyeballs, how far it is one, and a picture's colour there.
struct EyePixel {
  std::size_t at;
  float share;
  Lab colour;
};

// Mean colour of the eyeballs where they are lighter than their mean: the whites.
Lab eye_whites(std::span<const EyePixel> eyes) {
  double l = 0, a = 0, b = 0, weight = 0;
  for (const EyePixel& p : eyes) l += p.share * p.colour.l, weight += p.share;
  if (!(weight > 0)) return {};
  const auto mean_l = static_cast<float>(l / weight);
  l = 0, weight = 0;
  for (const auto& [at, share, c] : eyes) {
    if (c.l < mean_l) continue;
    l += share * c.l, a += share * c.a, b += share * c.b, weight += share;
  }
  if (!(weight > 0)) return {mean_l, 0, 0};  // all alike: rounding may put the mean above each of them
  const auto mean = [weight](double sum) { return static_cast<float>(sum / weight); };
  return {mean(l), mean(a), mean(b)};
}

}  // namespace

EyeMatch match_eyes(const FaceMasks& masks, const PlanarRgb& target, const PlanarRgb& warped) {
  thread_local std::vector<EyePixel> eyes;  // scratch that keeps its memory
  eyes.clear();
  for (std::size_t i = 0; i < masks.right_eye.size(); ++i) {
    const float share = std::max(masks.right_eye.values[i], masks.left_eye.values[i]);
    if (share > 0) eyes.push_back({i, share, {}});
  }
  if (eyes.empty()) return {};
  const auto whites = [&](const PlanarRgb& picture) {
    for (EyePixel& p : eyes) p.colour = lab_at(picture, p.at);
    return eye_whites(eyes);
  };
  const Lab t = whites(target), w = whites(warped);
  return {true, std::clamp(t.l / std::max(w.l, 1e-3f), 0.5f, 1.5f), t.a - w.a, t.b - w.b, w.l};
}

}  // namespace mien
