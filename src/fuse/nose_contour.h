// Where the nose of a turned head ends in front of the far cheek.
#pragma once

#include "mien/face.h"
#include "mien/image.h"

namespace mien {

// Of heads turned so far that one side of the nose is hidden or edge on, the mesh's ridge lies on the contour
// or beyond it, where the far cheek and its shadow are seen: as the ridge of another face that would be a
// dark line. Moves those points of the mesh onto the nose, and the near side of it by less and less; where
// the photo shows no edge they stay. level: RGBA pixels of the photo; mesh: level pixels.
void keep_ridge_on_nose(ImageView level, Mesh* mesh);

}  // namespace mien
