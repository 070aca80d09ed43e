// Bicubic look-up in the source's pixels.
#pragma once

#include "core/plane.h"
#include "core/resample.h"
#include "mien/image.h"

namespace mien {

// Where pixels are looked up: at (scale * x + shift, scale * y + shift); nowhere where x or y is not finite,
// or where `skipped` (when there is one) is 1 or more. All planes have one size.
struct SampleMap {
  const Plane &x, &y;
  float scale = 1, shift = 0;
  const Plane* skipped = nullptr;
};

// out(x, y) = image at (map.x, map.y), Catmull-Rom (Keys 1981, a = -0.5), edge pixels repeated, result
// clamped to 0..255. Pixels that lie nowhere keep what they hold. image: kRgba8. All planes have out's size.
// rows [y0, y1).
// alpha (null: not wanted) = the image's alpha there, 0..1, bilinear; 0 for pixels that lie nowhere.
void sample_bicubic(ImageView image, const SampleMap& map, int y0, int y1, PlanarRgb* out,
                    Plane* alpha = nullptr);

}  // namespace mien
