// Skin of a target that is taken for hair.
#pragma once

#include "core/plane.h"
#include "core/resample.h"
#include "mien/face.h"

namespace mien {

// The region network calls temples in deep shadow and the ends of brows hair; beside the fused face they
// would stay as dark patches. What lies inside the mesh's oval and a little around it, is darker than the
// face, as red beside its brightness as the face's skin, and clearly redder than the hair around the face, is
// no hair: what *hair says (0..1) goes over to *skin. Hair that is itself as red as skin tells nothing.
// picture: 0..255; mesh in its pixels; all of one size.
void take_shaded_skin(const PlanarRgb& picture, const Mesh& mesh, Plane* hair, Plane* skin);

}  // namespace mien
