// The mesh that a face gets: the target's pose, expression and outline, the source's bone structure.
#pragma once

#include "face/face_model.h"
#include "fuse/expression_gap.h"

namespace mien {

struct FusedShape {
  Mesh mesh{};           // frame pixels
  SurfaceWeights gap{};  // expression_gap(), and the forehead_share() where that is more
};

// fit: FaceModel::fit() of `target`. strength: share of the source's shape, 0..1.
FusedShape fused_shape(const FaceModel& model, const ShapeFit& source, const ShapeFit& fit,
                       const Mesh& target, float strength);

}  // namespace mien
