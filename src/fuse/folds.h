// Where the warped surface folds over itself, or is squeezed: under the tip of a nose that a smile or a bow
// brings down, along lids.
#pragma once

#include "core/resample.h"
#include "fuse/warp.h"

namespace mien {

// Canvas pixels whose neighbours come from far away in the source, compared with most of the face, are an edge
// of the mesh, drawn without anti-aliasing, and single pixels of what lies between: steps and dots. They become
// the binomial mean (3 x 3) of the pixels that the mesh covers; other pixels do not change. uses_mirror: whether
// the maps of the mirrored side are there. least_spacing: level-0 pixels that a pixel of the texture's level has: neighbours that are nearer skip nothing.
void smooth_folds(const WarpMaps& maps, bool uses_mirror, float least_spacing, PlanarRgb* warped);

}  // namespace mien
