// Light that is not a portrait's ordinary light, taken out of the source: first what one model of light on
// the face's normals explains, together with a hard lamp and the shadows that it casts (lamp.h), then what
// the two halves still differ in at the scale of light and shadow.
#pragma once

#include <array>
#include <span>

#include "core/raster.h"
#include "mien/face.h"
#include "mien/image.h"

namespace mien {

struct EvenLightReport {
  float unevenness = 0;  // mean |log ratio| of the halves' brightness where both are seen; 0.1 is ordinary,
                         // 0.4 a lamp from the side
  float from_ordinary = 0;  // spread over the face of log(its light / ordinary light), as coded; portraits
                            // have 0.12 (median), one of ten has more than 0.28
  float strength = 0;       // of the strongest of the three corrections, 0..1
  std::array<float, kSurfacePoints> lift{};  // per surface point: logarithm of what it was brightened by
};

// pixels: RGBA, alpha is trust (SourceTexture::levels[0]); mesh in its pixels. The face goes to ordinary
// light (light_model.h), from above and the front: form keeps its shading. Then each side goes half of the
// way to its mirror image's brightness, over scales of about 5 % of the face's width and more, where both are
// seen; where one of them lies in a deep shadow only that one goes, all the way. Colours follow the light as
// they do in this photo (in shadows of skin hardly), the face keeps its mean luminance. What noses and brows
// cast goes where a lamp explains it, but for edges that lie elsewhere than on the mesh; a deep shadow on the
// upper lip goes anyway (nose_shadow.h). Above the mesh the correction goes on: the forehead is higher. A
// face in ordinary light stays as it is.
EvenLightReport even_light(const Mesh& mesh, std::span<const RasterTriangle> triangles,
                           MutableImageView pixels);

// What the light on a face is over ordinary light, as far as the model alone can tell (fit on normals, and a
// hard lamp with what it casts): per surface point the logarithm of a factor for values as coded. 0
// everywhere in ordinary light. Arguments as above.
std::array<float, kSurfacePoints> light_over_ordinary(const Mesh& mesh,
                                                      std::span<const RasterTriangle> triangles,
                                                      ImageView pixels);

}  // namespace mien
