#include "pipeline/fused_shape.h"

#include <algorithm>
#include <cmath>

#include "core/smoothstep.h"
#include "fuse/forehead.h"
#include "fuse/texture.h"

namespace mien {
namespace {

// Degrees of yaw from which nose and lips are the face's outline, and by which they are.
constexpr float kTurned = 30, kFarTurned = 45;
constexpr float kEdgeOn = 0.45f, kFacing = 0.75f;  // z of the normal: outline, and inside of it

// Of a head that is turned far, nose, lips and chin are what the target is seen to end with: where the fused face
// would end before it, the rest of the target's lips or nose would be left beside its own.
void reach_contour(const FaceModel& model, const ShapeFit& fit, const Mesh& target, Mesh* fused) {
  const float turned = smoothstep(kTurned, kFarTurned, std::abs(fit.pose.yaw_deg));
  if (!(turned > 0)) return;
  const float looks = fit.rotation(0, 2);  // to the picture's right
  const auto normals = surface_normals(target, model.triangles());
  for (int i = 0; i < kSurfacePoints; ++i) {
    const Point3f& n = normals[i];
    const float length = std::hypot(n.x, n.y);
    if (!(n.x * looks > 0 && length > 0)) continue;
    const float x = n.x / length, y = n.y / length;
    const float missing = (target[i].x - (*fused)[i].x) * x + (target[i].y - (*fused)[i].y) * y;
    const float by = turned * (1 - smoothstep(kEdgeOn, kFacing, n.z)) * std::max(missing, 0.0f);
    (*fused)[i].x += by * x, (*fused)[i].y += by * y;
  }
}

}  // namespace

FusedShape fused_shape(const FaceModel& model, const ShapeFit& source, const ShapeFit& fit,
                       const Mesh& target, float strength) {
  FusedShape out;
  out.gap = expression_gap(model, source, fit);
  const SurfaceWeights forehead = forehead_share(model);
  for (std::size_t i = 0; i < out.gap.size(); ++i) out.gap[i] = std::max(out.gap[i], forehead[i]);
  out.mesh = model.with_identity_of(source, fit, target, {strength, strength});
  reach_contour(model, fit, target, &out.mesh);
  return out;
}

}  // namespace mien
