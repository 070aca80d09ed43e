// cv::seamlessClone, and the very problem that it solves, for comparing.
#pragma once

#include "core/plane.h"
#include "mien/image.h"

namespace mien {

// What cv::seamlessClone(NORMAL_CLONE) really solves: all of the mask's bounding box less its outermost
// pixels is unknown; gradients are the source's where the mask, eroded by three pixels, is set, and the
// target's elsewhere. So it changes pixels beside the mask too.
struct CloneProblem {
  Plane domain, own;
};
CloneProblem problem_of_opencv(const Plane& mask);

// source, target: packed kRgb8 of the mask's size; the region stays at its place. One thread. Results are cut
// off to whole numbers, not rounded: half a step too dark on average.
Image opencv_seamless_clone(ImageView source, ImageView target, const Plane& mask);

}  // namespace mien
