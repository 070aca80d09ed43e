// Where single strands of hair lie in front of a face: finer than the region network's grid sees it.
#pragma once

#include <vector>

#include "core/plane.h"
#include "core/resample.h"
#include "mien/face.h"

namespace mien {

// Memory that is kept from face to face.
struct HairEdgeScratch {
  Plane guide, slope, offset, reach, brows;                                // of the picture's size
  Plane small_guide, small_hair, mean, mean_hair, variance, covary, near;  // at the resolution of the blurs
  std::vector<float> line;
  std::vector<Point2f> points, grown;
};

// Hair's share follows the picture's colours near the hair line (guided filter: He, Sun and Tang 2013; on
// fewer pixels: He and Sun 2015). The guide is what tells this hair from this skin: the picture along the
// line between their mean colours. It is not followed where both have the same colour, where either is hardly
// seen, or where "hair" is a patterned scarf.
//
// What the region network calls brow or eye, lies near hair but beyond the mesh's brows and eyes, and has
// hair's colour is the end of a fringe: hair.
//
// picture: 0..255; hair: P(hair), 0..1, changed; skin: P(skin); features: P(brow or eye); mesh in their
// pixels. All of one size.
void follow_strands(const PlanarRgb& picture, const Plane& skin, const Plane& features, const Mesh& mesh,
                    HairEdgeScratch* scratch, Plane* hair);

}  // namespace mien
