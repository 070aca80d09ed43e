// Eyes that lie in the dark.
#pragma once

#include "mien/face.h"
#include "mien/image.h"

namespace mien {

// How light the whites of both eyes are beside the cheeks: L + 16 over L + 16. 0.88 to 1 with most people, 0.71 at
// least in all of 192 portraits but one; backlit, with 0.66, its eyes would be grey holes in a well-lit face. level: RGBA; mesh: in its pixels. 1 where nothing is seen of eyes or cheeks.
float eye_shade(const Image& level, const Mesh& mesh);
inline constexpr float kDarkEyes = 0.69f;

}  // namespace mien
