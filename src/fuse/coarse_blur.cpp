#include "fuse/coarse_blur.h"

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

constexpr float kSmallestSigma = 3.0f;  // after shrinking

// Variance that averaging over boxes and enlarging bilinearly add, in pixels squared.
float resampling_variance(int factor) {
  const auto f = static_cast<float>(factor);
  return (f * f - 1) / 12 + (factor > 1 ? f * f / 6 : 0);
}

}  // namespace

CoarseBlurPlan coarse_blur_plan(float sigma_px) {
  const int factor = std::max(1, static_cast<int>(sigma_px / kSmallestSigma));
  const float rest = std::max(sigma_px * sigma_px - resampling_variance(factor), 0.01f);
  return {factor, std::sqrt(rest) / static_cast<float>(factor)};
}

void blur_coarsely(float sigma_px, CoarseBlurScratch* s, Plane* plane) {
  const CoarseBlurPlan plan = coarse_blur_plan(sigma_px);
  if (plan.factor == 1 || plane->size() == 0) return gaussian_blur(plane, sigma_px, &s->line);
  shrink_boxes(*plane, plan.factor, &s->small);
  gaussian_blur(&s->small, plan.sigma_small, &s->line);
  enlarge_boxes(s->small, plan.factor, plane->width, plane->height, plane);
}

}  // namespace mien
