// Grey and white moustaches of targets.
#pragma once

#include "core/plane.h"
#include "core/resample.h"
#include "mien/face.h"

namespace mien {

// Beards are skin to the region network; but light and colour of a grey moustache, below the source's bare
// skin, would be a grey patch. Takes from *skin (0..1) what is much less red beside its brightness than the
// cheeks are, between nose and lips. target: 0..255; mesh in its pixels. A full beard stays: bare skin would
// end with an edge where it goes on. Light that makes cheeks grey leaves all as it is. -> how sure it is that
// there was a moustache, 0..1
float take_out_grey_moustache(const PlanarRgb& target, const Mesh& mesh, Plane* skin);

// What lies on the line of a closed mouth is hair, too: the share of the mouth's inside that is to stay the
// target's, 0..1. moustache: 0..1. lips_are_closed: whether close_unseen_mouth() (face/closed_mouth.h) has
// seen to it that closed lips lie together in the mesh; in streams they stand apart.
float bare_mouth(const Mesh& target, float moustache, bool lips_are_closed = true);

}  // namespace mien
