// Beside what hangs over a face's border, hair above all, the face keeps the target's light: a temple that turns
// away under it is dark, and so is a forehead below a fringe.
#pragma once

#include "core/plane.h"
#include "mien/face.h"

namespace mien {

// Adds to expression_gap (draw_expression_gap()) how near that is, 0..1, within a strip along the face's outline.
// cover: hair and things in front of the target's face, 0..1; target: its mesh; canvas pixels. has_gap: whether
// the plane holds something yet. -> whether it does now
bool draw_hair_shade(const Plane& cover, const Mesh& target, bool has_gap, Plane* expression_gap);

}  // namespace mien
