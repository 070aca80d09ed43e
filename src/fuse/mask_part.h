// Where a mask has anything.
#pragma once

#include <vector>

#include "core/plane.h"

namespace mien {

// The part of the canvas outside of which a mask is 0.
struct MaskPart {
  int x0, y0, width, height;  // width 0: it is 0 everywhere
};
MaskPart part_with(const Plane& mask);

// gaussian_blur() of a mask that is 0 for the most part: the rest needs no work.
void blur_part(Plane* mask, float sigma_px, std::vector<float>* scratch);

// Widens first .. last - 1 by the pixels of a row from its first one above 0 to its last.
void widen_span(const float* row, int width, int* first, int* last);

}  // namespace mien
