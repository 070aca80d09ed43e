// The line between the lips where one of two mouths is open and the other closed.
#pragma once

#include "face/region_map.h"
#include "fuse/mouth.h"

namespace mien {

// How far the target's own pixels are shown, 0..1: along the whole line between the lips, or around the
// mouth's corners alone.
struct MouthLine {
  float line = 0, corners = 0;
};

// An open mouth that is pulled shut leaves teeth and a broken line between its lips: then the line is a
// closed target's. The dark corners of a closed one stand beside the teeth of a target that laughs: then
// those are. Nothing of either where a beard hides the target's lips. source: in the photo's pixels; target:
// in pixels that lie at frame_from_target; regions: of that frame. Both shares follow the openings smoothly,
// so that clips need no memory of them.
MouthLine choose_mouth_line(const Mesh& source, const Mesh& target, const RegionMap& regions,
                            const Affine& frame_from_target);

// Puts the target's pixels there, moved onto the fused shape, where nothing covers them (cover: probability,
// 0..1, of the canvas's size); along the line they take the colour of the fused lips around it. target and
// fused: canvas pixels; strength: 0..1.
void add_mouth_line(const PlanarRgb& target, const Plane& cover, const MovedFace& face, const MouthLine& how,
                    float strength, FaceMasks* masks, PlanarRgb* fused);

}  // namespace mien
