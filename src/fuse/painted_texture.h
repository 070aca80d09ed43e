// The texture of skin that a network painted where a cover was.
#pragma once

#include "core/plane.h"
#include "mien/face.h"
#include "mien/image.h"

namespace mien {

// What is painted is smooth: beside pores and a camera's grain it looks rubbed out. It gets the texture of the bare
// skin below it on the face (cheeks for what lies around the eyes). share: how far a pixel was painted, 0..1; skin:
// 1 where the face is, without brows, eyes and lips. level: RGBA; mesh: level pixels.
void add_painted_texture(const Plane& share, const Plane& skin, const Mesh& mesh, Image* level);

}  // namespace mien
