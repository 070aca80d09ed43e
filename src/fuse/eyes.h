// The source's eyes with the target's gaze.
#pragma once

#include "fuse/masks.h"
#include "fuse/texture.h"

namespace mien {

// Which eyes of the source can be shown: both source and target must have them open, the source's at least so
// much of the target's: else its lids would be seen between the target's, pale and without an edge. Where the
// target looks with both, both or neither. Without a least_share (clips) none where the source has just one.
struct EyeChoice {
  bool right = false, left = false;
};
inline constexpr float kLeastOpening = 0.85f;
EyeChoice choose_eyes(const SourceTexture& texture, const Mesh& target, float least_share);

struct EyesScratch {
  Plane map_x, map_y;
  PlanarRgb eyeball;
};

// Replaces the eyeballs of `warped` by the source's, each moved by a similarity so that its iris lies on the
// fused mesh's iris (which has the target's gaze). fused: canvas pixels.
void place_eyes(const SourceTexture& texture, const Mesh& fused, const FaceMasks& masks, EyeChoice choice,
                EyesScratch* scratch, PlanarRgb* warped);

}  // namespace mien
