#include "pipeline/fused_shape.h"

#include "core/try.h"

namespace mien {

Result<FusedShape> fused_shape(const FaceModel& model, const ShapeFit& source, const Mesh& target,
                               float strength) {
  MIEN_ASSIGN(const ShapeFit fit, model.fit(target));
  FusedShape out;
  out.pose = fit.pose;
  out.gap = expression_gap(model, source, fit);
  out.mesh = model.with_identity_of(source, fit, target, {strength, strength});
  return out;
}

}  // namespace mien
