// Edges of light on the skin above a source's mesh.
#pragma once

#include "mien/face.h"
#include "mien/image.h"

namespace mien {

// Takes trust (alpha of `level`, RGBA) away around edges on the forehead above the mesh: hair that is as light as
// skin, its shadow, the rim of a hat. On a target that shows more of its forehead they would be arcs. Wrinkles,
// which are thinner, stay. mesh: in pixels of the level.
void distrust_forehead_edges(const Mesh& mesh, Image* level);

}  // namespace mien
