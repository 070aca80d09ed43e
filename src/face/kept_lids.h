// A blink is the target's, whatever the shape of the source's eyes.
#pragma once

#include "mien/face.h"

namespace mien {

// Where the target's lids are clearly nearer to each other than the fused mesh's, these close as far: mostly the upper
// one comes down. Of eyes that differ as people's do nothing changes. Openings are compared in eye widths, each eye
// by itself; one that has no width stays as it is.
void keep_lids(const Mesh& target, Mesh* fused);

}  // namespace mien
