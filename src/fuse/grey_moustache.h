// Grey and white moustaches of targets.
#pragma once

#include "core/plane.h"
#include "core/resample.h"
#include "mien/face.h"

namespace mien {

// Beards are skin to the region network; but light and colour of a grey moustache, below the source's bare
// skin, would be a grey patch. Takes from *skin (0..1) what is much less red beside its brightness than the
// cheeks are, between nose and lips. target: 0..255; mesh in its pixels. A full beard stays: bare skin would
// end with an edge where it goes on. Light that makes cheeks grey leaves all as it is.
void take_out_grey_moustache(const PlanarRgb& target, const Mesh& mesh, Plane* skin);

}  // namespace mien
