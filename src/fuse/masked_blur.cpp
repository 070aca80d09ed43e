#include "fuse/masked_blur.h"

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

constexpr float kSmallestSigma = 3.0f;  // after shrinking: less would show the boxes
constexpr float kMinWeight = 1e-4f;     // below this the overall mean takes over

// Variance that averaging over boxes and enlarging bilinearly add, in pixels squared.
float resampling_variance(int factor) {
  const auto f = static_cast<float>(factor);
  return (f * f - 1) / 12 + (factor > 1 ? f * f / 6 : 0);
}

}  // namespace

MaskedBlur::MaskedBlur(const Plane& mask, float sigma_px, MaskedBlurScratch* scratch)
    : mask_(mask), scratch_(scratch), factor_(std::max(1, static_cast<int>(sigma_px / kSmallestSigma))) {
  const float rest = std::max(sigma_px * sigma_px - resampling_variance(factor_), 0.01f);
  sigma_small_ = std::sqrt(rest) / static_cast<float>(factor_);
  shrink_boxes(mask, factor_, &scratch->small_mask);
  scratch->blurred_mask = scratch->small_mask;
  gaussian_blur(&scratch->blurred_mask, sigma_small_, &scratch->line);
}

void MaskedBlur::apply_small(const float* in, Plane* small) const {
  shrink_boxes_masked(in, mask_, factor_, small);
  finish(small);
}

void MaskedBlur::finish(Plane* small) const {
  double sum = 0, weight = 0;
  for (std::size_t i = 0; i < small->size(); ++i)
    sum += small->values[i], weight += scratch_->small_mask.values[i];
  const auto mean = static_cast<float>(weight > 0 ? sum / weight : 0);
  thread_local std::vector<float> line;  // scratch that keeps its memory
  gaussian_blur(small, sigma_small_, &line);
  for (std::size_t i = 0; i < small->size(); ++i) {
    const float w = scratch_->blurred_mask.values[i];
    small->values[i] = (small->values[i] + kMinWeight * mean) / (std::max(w, 0.0f) + kMinWeight);
  }
}

void MaskedBlur::apply(const Plane& in, Plane* out) const {
  thread_local Plane small;
  apply_small(in.values.data(), &small);
  enlarge(small, out);
}

}  // namespace mien
