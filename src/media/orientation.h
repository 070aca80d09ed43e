// Turning pictures upright.
#pragma once

#include "mien/image.h"

namespace mien {

// The picture as it is to be shown, for an EXIF orientation of 1 to 8 (1: as it is).
Image turn_upright(Image image, int orientation);

}  // namespace mien
