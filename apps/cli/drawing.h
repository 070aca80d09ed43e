// Drawing what was found onto a copy of the photo.
#pragma once

#include <vector>

#include "mien/face.h"
#include "mien/image.h"

namespace mien::cli {

// Boxes, five points, mesh points and numbers from the left.
void draw_faces(const std::vector<Face>& faces, MutableImageView image);

}  // namespace mien::cli
