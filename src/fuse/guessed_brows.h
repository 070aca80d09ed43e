// A source's brows that the uncover network had to guess.
#pragma once

#include "core/plane.h"
#include "mien/face.h"
#include "mien/image.h"

namespace mien {

// Raises `lost` on both brows where most of them was painted (frames hid them) and what was painted there is
// no darker than the skin around, so that a fused face has some of the target's. People prefer that (12 of 15
// pictures), a recogniser would rather see none. Where trust is missing, colours are filled in from around on
// top of that (fill_untrusted), so that about a sixth of a guess is left. painted: share of what was painted,
// 0..1; level: RGBA with it; mesh and planes in its pixels.
void fade_guessed_brows(const Plane& painted, const Mesh& mesh, const Image& level, Plane* lost);

}  // namespace mien
