// A blink is the target's, whatever the shape of the source's eyes.
#pragma once

#include "mien/face.h"

namespace mien {

// Where the target's lids are clearly nearer to each other than the fused mesh's, these close as far: mostly
// the upper one comes down. From 0.95 of the fused opening on nothing changes; below, a source with rounder
// eyes closes them a little as well. Openings are compared in eye widths, each eye by itself.
void keep_lids(const Mesh& target, Mesh* fused);

}  // namespace mien
