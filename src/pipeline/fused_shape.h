// The mesh that a face gets: the target's pose, expression and outline, the source's bone structure.
#pragma once

#include "face/face_model.h"
#include "fuse/expression_gap.h"

namespace mien {

struct FusedShape {
  Mesh mesh{};           // frame pixels
  SurfaceWeights gap{};  // expression_gap(), and the forehead_share() where that is more
  Pose pose;             // of the target's face
};

// strength: share of the source's shape, 0..1. kNoFace when the target's mesh has no extent.
Result<FusedShape> fused_shape(const FaceModel& model, const ShapeFit& source, const Mesh& target,
                               float strength);

}  // namespace mien
