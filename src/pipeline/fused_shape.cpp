#include "pipeline/fused_shape.h"

#include <algorithm>

#include "fuse/forehead.h"

namespace mien {

FusedShape fused_shape(const FaceModel& model, const ShapeFit& source, const ShapeFit& fit,
                       const Mesh& target, float strength) {
  FusedShape out;
  out.gap = expression_gap(model, source, fit);
  const SurfaceWeights forehead = forehead_share(model);
  for (std::size_t i = 0; i < out.gap.size(); ++i) out.gap[i] = std::max(out.gap[i], forehead[i]);
  out.mesh = model.with_identity_of(source, fit, target, {strength, strength});
  return out;
}

}  // namespace mien
