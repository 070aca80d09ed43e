// What stays the target's inside the face: the mouth's interior, and eyes that cannot be the source's. It
// moves with the fused shape.
#pragma once

#include <span>

#include "core/raster.h"
#include "fuse/eyes.h"
#include "fuse/masks.h"

namespace mien {

// How the shape was changed, canvas pixels.
struct MovedFace {
  const Mesh &fused, &target;
  std::span<const RasterTriangle> triangles;
};

// How a part is put in.
struct PartOption {
  float strength = 1;       // 0..1
  bool own_colour = false;  // with the fused face's colour along the mask's soft edge
};

// Puts the target's own pixels, moved onto the fused shape, where `mask` (0..1) says; raises `alpha` there.
void add_target_part(const PlanarRgb& target, const Plane& mask, const MovedFace& face, PartOption how,
                     Plane* alpha, PlanarRgb* fused);

// Puts the target's own pixels, moved onto the fused shape, where masks.mouth (and an eye that was not
// chosen) says; raises masks.alpha there. target and fused: canvas pixels.
void add_target_mouth(const PlanarRgb& target, const MovedFace& face, EyeChoice eyes, float strength,
                      FaceMasks* masks, PlanarRgb* fused);

}  // namespace mien
