// Rows of any pixel format as the ones that encoders take.
#pragma once

#include <cstdint>

#include "mien/image.h"

namespace mien {

// Writes row y as RGB. Pixels with alpha are laid on white.
void row_on_white(ImageView image, int y, std::uint8_t* rgb);

}  // namespace mien
