// Where people look: irises sought in the picture. In the mesh network's 128 pixels an iris is five wide, and what it
// says of them is nearly the mean over all people, straight ahead.
#pragma once

#include "mien/face.h"
#include "mien/image.h"

namespace mien {

// Moves the irises of both eyes along them to where the picture has dark discs between the lids. Both move alike, and
// only as far as both eyes say so; closed, very small and doubtful ones leave them as they are. mesh: in the
// frame's pixels.
void see_irises(ImageView frame, Mesh* mesh);

}  // namespace mien
