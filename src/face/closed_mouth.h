// Closes the mouth of a mesh that stands a little open where the picture shows none that is.
#pragma once

#include "face/region_map.h"
#include "mien/face.h"

namespace mien {

// Between the inner lips' middles, of the mouth's width.
float mouth_opening(const Mesh& mesh);

// The mesh network leaves closed lips a little apart (0.15 of the mouth's width and less), and what lies between
// them would be taken for the inside of a mouth. regions: of the frame in whose pixels the mesh is. The inner
// lips then meet where the regions see lips between them and no inner mouth, and come nearer where they doubt.
// A mouth that is open by 0.22 of its width or more stays as it is. For photos: what a stream knows of its
// regions is some frames old.
void close_unseen_mouth(const RegionMap& regions, Mesh* mesh);

}  // namespace mien
