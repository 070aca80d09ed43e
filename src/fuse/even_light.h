// Light from one side, taken out of the source: what the two halves of a face differ in, at the scale of
// light and shadow.
#pragma once

#include <span>

#include "core/raster.h"
#include "mien/face.h"
#include "mien/image.h"

namespace mien {

struct EvenLightReport {
  float unevenness = 0;  // mean |log ratio| of the halves' brightness where both are seen; 0.1 is ordinary,
                         // 0.4 a lamp from the side
  float strength = 0;    // of the correction that follows from it, 0..1
};

// pixels: RGBA, alpha is trust (SourceTexture::levels[0]); mesh in its pixels. Each side goes half of the way
// to its mirror image's brightness, over scales of about 5 % of the face's width and more; where one of them
// is turned away or covered, nothing happens. Colours keep their ratios. Faces in ordinary light stay as they
// are.
EvenLightReport even_light(const Mesh& mesh, std::span<const RasterTriangle> triangles,
                           MutableImageView pixels);

}  // namespace mien
