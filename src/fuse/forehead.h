// The forehead: the mesh ends in the middle of it, skin goes on to the hair.
#pragma once

#include <vector>

#include "face/face_model.h"
#include "fuse/expression_gap.h"
#include "mien/face.h"

namespace mien {

// How high a place lies on a face: 0 between the eyes, 1 at the mesh's top.
struct FaceHeight {
  explicit FaceHeight(const Mesh& mesh);
  float at(float x, float y) const { return (x - from_x) * up_x + (y - from_y) * up_y; }
  float from_x, from_y, up_x, up_y;
};

// By which share of its distance from the place between the eyes a point of the outline (its number in
// topology::kOval) is moved away from there to lie beyond the forehead's skin.
float forehead_reach(int outline_number);

// That point of the outline moved away by the share `reach`; z is 0.
Point3f moved_outwards(const Mesh& mesh, int outline_number, float reach);

// The face's outline that goes round the whole forehead.
std::vector<Point2f> outline_with_forehead(const Mesh& mesh);

// Per surface point, 0 to kMostForeheadShare: how far its shading should be the target's because it lies on the
// forehead or a temple. The fused face ends there in the middle of the target's skin, and the source's skin next to its hair.
inline constexpr float kMostForeheadShare = 0.65f;
SurfaceWeights forehead_share(const FaceModel& model);

}  // namespace mien
