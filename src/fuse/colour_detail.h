// The fused face's colour is no finer than a photo's.
#pragma once

#include <vector>

#include "core/plane.h"
#include "core/resample.h"

namespace mien {

struct ColourDetailScratch {
  Plane red, blue;  // what they differ from luma
  std::vector<float> red_change, blue_change;
};

// Cameras' colour filters and the 4:2:0 of JPEG and of video leave a photo with less fine detail in colour
// than in lightness; crisp colour gives away the lips, lids and nostrils of a fused face. So what the
// channels differ from luma (BT.601) is smoothed by a 3x3 binomial; luma stays. target, fused: canvas pixels
// 0..255; alpha: what of fused will be laid over the target. Changes fused where alpha > 0.
void soften_colour(const PlanarRgb& target, const Plane& alpha, ColourDetailScratch* scratch,
                   PlanarRgb* fused);

}  // namespace mien
