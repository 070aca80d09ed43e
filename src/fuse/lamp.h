// One hard lamp beside the face: what it gives to each place, and what nose, brows and cheeks keep from it.
#pragma once

#include <array>

#include "core/plane.h"
#include "fuse/light_model.h"

namespace mien {

// The face's surface as a picture.
struct FaceRelief {
  Plane depth;                  // in pixels, smaller is nearer; infinity beside the face
  std::array<Plane, 3> normal;  // of length 1: x to the picture's right, y down, z towards the viewer
  Plane weight;                 // 0..1: how much is known about the light here
  Plane luminance;              // linear, any unit
};

// Per pixel n . l where the lamp is in sight, softly 0 where it is not: 0..1. to_lamp: of length 1.
void light_of_lamp(const FaceRelief& face, const Normal& to_lamp, Plane* out);

struct FaceLight {
  LightModel light;  // over ordinary light (light_model.h)
  Plane lit;         // light_of_lamp(), where the lamp has a share; else empty

  // Over ordinary light, at pixel i with this normal.
  float at(std::size_t i, const Normal& n) const { return light.at(n, lit.size() > 0 ? lit.values[i] : 0); }
};

// Smooth light, and a lamp where it explains clearly more of the face: where smooth light alone does not
// give what it casts. Lamps are looked for in all directions in front of the face.
FaceLight light_on(const FaceRelief& face);

}  // namespace mien
