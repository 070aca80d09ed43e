#include "fuse/stretch.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "face/crop.h"
#include "face/mirror.h"
#include "face/topology.h"
#include "fuse/fast_math.h"

namespace mien {
namespace {

// How many times as wide as in the source's photo.
constexpr float kWide = 1.8f, kTooWide = 3.2f;
constexpr float kEdgeOn = 0.03f;  // z of the normal: nothing is seen less than that
// Around the base of the nose: where one nostril is stretched and the other is not, none becomes the target's,
// which would be a third one beside the source's. Where most of both is, they do.
constexpr topology::Index kNoseBase = 2;
constexpr std::array<topology::Index, 8> kNostril = {20, 60, 79, 166, 238, 239, 241, 242};  // the right one
constexpr float kMiddle = 0.14f, kSide = 0.22f;   // distance from it, in face widths
constexpr float kPartly = 0.45f, kMostly = 0.8f;  // mean of the nostrils' points
constexpr float kSoftEdge = 0.02f;                // in face widths

float distance(const Point3f& a, const Point3f& b) { return std::hypot(a.x - b.x, a.y - b.y, a.z - b.z); }

}  // namespace

SurfaceWeights stretched_points(const SourceTexture& texture, const Mesh& fused,
                                std::span<const RasterTriangle> triangles) {
  const auto source = facing(texture.mesh, triangles), target = facing(fused, triangles);
  const float width =
      std::max(distance(fused[topology::kRightCheekEdge], fused[topology::kLeftCheekEdge]), 1e-3f);
  SurfaceWeights out, side;
  for (int i = 0; i < kSurfacePoints; ++i) {
    const float own = texture.own_share[i];
    const float seen = std::max(own * source[i] + (1 - own) * source[mirror_point(i)], kEdgeOn);
    const float away = distance(fused[i], fused[kNoseBase]) / width;
    out[i] = smoothstep(kWide, kTooWide, target[i] / seen);
    side[i] = smoothstep(kMiddle, kSide, away);
  }
  float nostrils = 0;
  for (const topology::Index i : kNostril) nostrils += out[i] + out[mirror_point(i)];
  const float mostly = smoothstep(kPartly, kMostly, nostrils / (2 * kNostril.size()));
  for (int i = 0; i < kSurfacePoints; ++i) out[i] *= mostly + (1 - mostly) * side[i];
  return out;
}

void distrust_stretched(const SourceTexture& texture, const Mesh& fused,
                        std::span<const RasterTriangle> triangles, Plane* scratch, Plane* trust) {
  const SurfaceWeights stretched = stretched_points(texture, fused, triangles);
  if (!is_worth_drawing(stretched)) return;
  draw_on_surface(stretched, fused, triangles, trust->width, trust->height, kSoftEdge * face_width_px(fused),
                  scratch);
  for (std::size_t i = 0; i < trust->size(); ++i) trust->values[i] *= 1 - std::min(scratch->values[i], 1.0f);
}

}  // namespace mien
