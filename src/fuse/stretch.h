// Skin that the source's photo shows nearly edge on and the target's from the front: a few pixels drawn wide.
#pragma once

#include <span>

#include "fuse/expression_gap.h"
#include "fuse/texture.h"

namespace mien {

// Per surface point: 0 the source shows it well enough, 1 its pixels would be stretched beyond use. fused:
// the mesh that it is put on, any scale.
SurfaceWeights stretched_points(const SourceTexture& texture, const Mesh& fused,
                                std::span<const RasterTriangle> triangles);

// Takes trust (canvas pixels) away where the source would be stretched on the fused mesh. scratch keeps its
// memory.
void distrust_stretched(const SourceTexture& texture, const Mesh& fused,
                        std::span<const RasterTriangle> triangles, Plane* scratch, Plane* trust);

}  // namespace mien
