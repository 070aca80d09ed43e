// The shadow that a nose casts on the upper lip: moved to another face it is a moustache.
#pragma once

#include "core/plane.h"
#include "mien/face.h"

namespace mien {

// mesh: in the pixels of the planes. light: logarithm of coded brightness. seen: where the face is, 0..1.
// -> what has to be added to `light`, 0 away from the upper lip: most of what is darker there than cheeks and
// chin both are. What is darker than shadows are, a dark moustache, stays; so do stubble and beards that go on
// at the chin, and faces whose cheeks or chin are not seen.
Plane without_nose_shadow(const Mesh& mesh, const Plane& light, const Plane& seen);

}  // namespace mien
