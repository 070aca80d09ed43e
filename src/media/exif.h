// The little of EXIF that stops being true when the pixels change.
#pragma once

#include "media/bytes.h"

namespace mien {

// Returns the orientation (1 to 8) that a TIFF block gives and makes the block true for the picture once it
// has been turned and changed: orientation 1, width and height swapped where the turn swaps them, no
// thumbnail. The bytes stay in place, so maker notes stay valid. What is damaged is left as it is; without a
// usable orientation the result is 1.
int normalise_exif(Bytes& tiff);

}  // namespace mien
