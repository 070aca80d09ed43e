// Bicubic look-up in the source's pixels.
#pragma once

#include "core/plane.h"
#include "core/resample.h"
#include "mien/image.h"

namespace mien {

// out(x, y) = image at (map_x, map_y), Catmull-Rom (Keys 1981, a = -0.5), edge pixels repeated, result
// clamped to 0..255. Pixels whose map_x is not finite keep what they hold. image: kRgba8. All planes have
// out's size. rows [y0, y1).
void sample_bicubic(ImageView image, const Plane& map_x, const Plane& map_y, int y0, int y1, PlanarRgb* out);

// out(x, y) = alpha of image at (map_x, map_y), 0..1, bilinear, edge pixels repeated. Pixels whose map_x is
// not finite become 0.
void sample_alpha(ImageView image, const Plane& map_x, const Plane& map_y, Plane* out);

}  // namespace mien
