// Where the warped surface folds over itself, or is squeezed: under the tip of a nose that a smile or a bow
// brings down, along lids.
#pragma once

#include "core/resample.h"
#include "fuse/warp.h"

namespace mien {

// Canvas pixels whose neighbours come from far away in the source are an edge of the mesh, drawn without
// anti-aliasing, and single pixels of what lies between: steps and dots. They become the binomial mean (3 x 3)
// of the pixels that the mesh covers. spacing: how far apart neighbours lie on an even surface, in level-0
// pixels, at least a pixel of the texture's level. Other pixels do not change.
void smooth_folds(const WarpMaps& maps, float spacing, PlanarRgb* warped);

}  // namespace mien
