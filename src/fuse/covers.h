// Taking hair, glasses and other things in front of the source's face out of its texture.
#pragma once

#include "face/region_map.h"
#include "mien/face.h"
#include "mien/image.h"

namespace mien {

// level: RGBA pixels of the photo, the face with them; mesh: in level pixels. Colours of covered pixels
// become those of the bare face around, alpha becomes trust: 255 where the face's own pixels or a good guess
// of them are seen, 0 deep inside of a cover. A brow or an eye that is covered for the most part is not
// trusted as a whole: half a brow would be worse than the target's own.
void take_out_covers(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                     Image* level);

}  // namespace mien
