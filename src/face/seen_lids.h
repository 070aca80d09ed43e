// Opens the lids of a mesh that are too near to each other where the picture shows an eyeball.
#pragma once

#include "face/region_map.h"
#include "mien/face.h"

namespace mien {

// The mesh network takes eyes that squint in hard light for closed ones. regions: of the frame in whose pixels the
// mesh is. Lids that stand closer than the regions see eyeball between them, in the middle of the eye, part as far:
// mostly the upper one goes up. Open eyes, and lids between which none is seen, stay. For photos: what a stream
// knows of its regions is some frames old.
void open_seen_eyes(const RegionMap& regions, Mesh* mesh);

}  // namespace mien
