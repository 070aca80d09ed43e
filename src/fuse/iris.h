// The colour of the source's irises on eyes that are shown as the target's.
#pragma once

#include "fuse/eyes.h"
#include "fuse/relight.h"

namespace mien {

// What is added to the colour of the target's irises (a, b), and what their L + 16 is multiplied with.
// Nothing is known where one of the two people's irises cannot be seen. For photos: nothing steadies it.
struct IrisShift {
  bool known = false;
  float gain = 1, a = 0, b = 0;
  float lightness = 0;  // L of the target's irises
};

// Compares the rings between pupil and rim, both eyes together (medians; lids, lashes, reflections and what is
// covered are left out), the source's in the target's light. Both people have both eyes open. target, mesh:
// canvas pixels. shown: eyes that are the source's own; where both are there is nothing to do. light: what
// relight() says of both.
IrisShift measure_irises(const SourceTexture& texture, const PlanarRgb& target, const Mesh& mesh,
                         EyeChoice shown, const FaceMasks& masks, const RelightReport& light);

// Changes the irises of the eyes that are not `shown`, within masks.right_eye and left_eye. fused, picture
// (0..255): canvas pixels, the target's eyeballs in their places.
void tint_irises(const IrisShift& shift, const Mesh& fused, const FaceMasks& masks, EyeChoice shown,
                 float strength, PlanarRgb* picture);

}  // namespace mien
