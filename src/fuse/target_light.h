// The target's light on the source's face. Low frequencies of light are the target's anyway (relight.h); what
// a lamp from the side makes of a nose, a brow and a cheek is finer than they are, and without it a face
// looks as if it were lit from the front in a picture that is not.
#pragma once

#include <span>

#include "core/plane.h"
#include "core/raster.h"
#include "core/resample.h"
#include "fuse/expression_gap.h"
#include "mien/face.h"

namespace mien {

// A share of what the target's light is over ordinary light (even_light.h), per surface point, as a logarithm
// of values as coded. picture: 0..255; mesh: the target's, in its pixels; cover (null: none): what is in
// front of the face, 0..1.
SurfaceWeights target_light(const PlanarRgb& picture, const Mesh& mesh,
                            std::span<const RasterTriangle> triangles, const Plane* cover);

// Drawn on the fused mesh (canvas pixels), for relight(); 0 beyond it. False, and nothing drawn, where it
// would not be seen.
bool draw_target_light(const SurfaceWeights& light, const Mesh& fused,
                       std::span<const RasterTriangle> triangles, int width, int height, Plane* out);

}  // namespace mien
