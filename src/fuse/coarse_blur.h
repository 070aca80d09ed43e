// Blurs by many pixels, at the resolution that they leave.
#pragma once

#include <vector>

#include "core/plane.h"

namespace mien {

// Averaging over boxes of factor x factor pixels, blurring those by sigma_small and enlarging bilinearly is a
// Gaussian blur of the whole.
struct CoarseBlurPlan {
  int factor;
  float sigma_small;  // at least 3 where the factor is more than 1: less would show the boxes
};
CoarseBlurPlan coarse_blur_plan(float sigma_px);

struct CoarseBlurScratch {
  Plane small;
  std::vector<float> line;
};

// gaussian_blur() of a mask, to a hundredth of its step; near the plane's edge to six hundredths.
void blur_coarsely(float sigma_px, CoarseBlurScratch* scratch, Plane* plane);

}  // namespace mien
