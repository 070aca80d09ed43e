// Skin of a target that is taken for hair.
#pragma once

#include "core/plane.h"
#include "core/resample.h"
#include "mien/face.h"

namespace mien {

// The region network calls temples in deep shadow and the ends of brows hair; beside the fused face they would
// stay as dark patches. What lies inside the mesh's oval, is darker than the face and as red beside its
// brightness as the face's skin is no hair, where the hair around the face is less red, as grey and black hair
// is: what *hair says (0..1) goes over to *skin. picture: 0..255; mesh in its pixels; all of one size.
void take_shaded_skin(const PlanarRgb& picture, const Mesh& mesh, Plane* hair, Plane* skin);

}  // namespace mien
