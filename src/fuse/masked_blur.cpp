#include "fuse/masked_blur.h"

#include <algorithm>
#include <cmath>

#include "fuse/coarse_blur.h"

namespace mien {
namespace {

constexpr float kMinWeight = 1e-4f;  // below this the overall mean takes over

}  // namespace

MaskedBlur::MaskedBlur(const Plane& mask, float sigma_px, MaskedBlurScratch* scratch)
    : mask_(mask), scratch_(scratch) {
  const CoarseBlurPlan plan = coarse_blur_plan(sigma_px);
  factor_ = plan.factor, sigma_small_ = plan.sigma_small;
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
