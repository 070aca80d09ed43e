// The fused face's colour is as noisy as the target's.
#pragma once

#include <vector>

#include "core/plane.h"
#include "core/resample.h"

namespace mien {

struct ColourGrainScratch {
  // What red and blue differ from luma, at the resolution of the finest scale, smoothed from scale to scale;
  // and what is added to them.
  Plane target[2], fused[2], change[2], smoothed;
  RowShrinker shrink[2];
  RowEnlarger enlarge[2];
  std::vector<float> line, sample;
};

// A photo's skin has colour noise and blotches of its own, of the sensor, of JPEG's blocks and of blood; a
// face without any stands out. Where the fused skin has less of it than the target's, the missing share of
// the target's own is added, scale by scale; luma (BT.601) stays. target, fused: canvas pixels 0..255; skin:
// bare skin, where both are measured; width_px: the face's width on the canvas. Changes fused where alpha >
// 0.
void match_colour_grain(const PlanarRgb& target, const Plane& alpha, const Plane& skin, float width_px,
                        ColourGrainScratch* scratch, PlanarRgb* fused);

}  // namespace mien
