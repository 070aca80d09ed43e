// The colour of skin that a network painted where a cover was.
#pragma once

#include "core/plane.h"
#include "core/resample.h"

namespace mien {

// The network paints too ordinary a colour under a skin that is very pink or pale; relighting makes a green or
// grey pair of glasses of it. So what red and blue are beside green goes on from the bare skin around. And of a
// frame's darkness and shadow some is left, as rings around the eyes: what is darker than the bare skin around is
// lifted, most of the way. painted: 0..255, changed where share > 0.1 on skin. share: how far a pixel was painted,
// 0..1. skin: 1 where the face is, without brows, eyes and lips. width_px: the face's.
void match_painted_colour(const Plane& share, const Plane& skin, float width_px, PlanarRgb* painted);

}  // namespace mien
