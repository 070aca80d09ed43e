// The dark gap at the corners of an open mouth, where it reaches beyond the mesh's inner lips.
#pragma once

#include "face/region_map.h"
#include "mien/face.h"
#include "mien/image.h"

namespace mien {

// Gives what is much darker than the lips, around the corners of an open mouth, more of the colours of lips and
// skin around: on a target whose mouth is closed it would be black blobs. A closed mouth, whose dark line is its
// own, stays. level: RGBA pixels of the photo; mesh: level pixels.
void lighten_dark_corners(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                          Image* level);

}  // namespace mien
