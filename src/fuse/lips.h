// The lips' colour on a skin that is much lighter or darker than the source's.
#pragma once

#include "fuse/masks.h"

namespace mien {

// What lips are to the skin around depends on the skin: on dark skin they are lighter than it, on light skin
// darker and redder. So where the skins differ by much, the fused lips take the target's mean colour for the
// most part and keep their own texture; where they do not, nothing changes.
// lightness_gap: mean L of the target's skin minus the source's, before relighting. fused, target: canvas
// pixels. `picture` (0..255) changes within the fused lips only.
void match_lips(const PlanarRgb& target, const Mesh& fused_mesh, const Mesh& target_mesh,
                const FaceMasks& masks, float lightness_gap, PlanarRgb* picture);

}  // namespace mien
