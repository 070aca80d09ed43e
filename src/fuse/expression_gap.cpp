#include "fuse/expression_gap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "face/crop.h"
#include "face/topology.h"
#include "fuse/fast_math.h"

namespace mien {
namespace {

// Of a point's displacement, in face widths: two looks at one expression differ by less than the first.
constexpr float kSame = 0.024f, kApart = 0.065f;
constexpr float kCornerSame = 0.4f;  // of the weight: a corner that is moved by less is the same one
constexpr float kCornerCore = 0.03f, kCornerReach = 0.1f;  // around them, in face widths
constexpr float kWorthDrawing = 0.1f;
constexpr float kBlurShare = 0.012f;  // in face widths

// depth: infinity beyond the mesh.
void draw_at_step(const SurfaceWeights& values, const Mesh& mesh, std::span<const RasterTriangle> triangles,
                  int width, int height, Plane* small, Plane* depth) {
  small->resize((width + kSurfaceStep - 1) / kSurfaceStep, (height + kSurfaceStep - 1) / kSurfaceStep);
  small->fill(0);
  depth->resize(small->width, small->height);
  depth->fill(std::numeric_limits<float>::infinity());
  constexpr float k = 1.0f / kSurfaceStep, shift = 0.5f * k - 0.5f;
  std::array<RasterVertex, kSurfacePoints> vertices;
  for (int i = 0; i < kSurfacePoints; ++i)
    vertices[i] = {k * mesh[i].x + shift, k * mesh[i].y + shift, mesh[i].z};
  rasterise(vertices, values, 1, triangles,
            {small->width, small->height, small->values.data(), depth->values.data()});
}

}  // namespace

SurfaceWeights expression_gap(const FaceModel& model, const ShapeFit& source, const ShapeFit& target) {
  const Eigen::Matrix3Xf apart = model.expression_move(source.expression - target.expression);
  const float width = std::max(face_width_px(model.canonical_mesh()), 1e-3f);
  SurfaceWeights out;
  for (int i = 0; i < kSurfacePoints; ++i) out[i] = smoothstep(kSame, kApart, apart.col(i).norm() / width);
  for (const topology::Index corner : topology::kMouthCorners) {
    const Point3f& at = model.canonical_mesh()[corner];
    const float moved = smoothstep(kCornerSame, 1, out[corner]);
    for (int i = 0; i < kSurfacePoints; ++i) {
      const Point3f& p = model.canonical_mesh()[i];
      const float away = std::hypot(p.x - at.x, p.y - at.y) / width;
      out[i] += moved * (1 - smoothstep(kCornerCore, kCornerReach, away));
    }
  }
  for (float& weight : out) weight = std::min(weight, 2.0f);
  return out;
}

void draw_small_surface(const SurfaceWeights& values, const Mesh& mesh,
                        std::span<const RasterTriangle> triangles, int width, int height, Plane* out,
                        Plane* covered) {
  draw_at_step(values, mesh, triangles, width, height, out, covered);
  for (float& v : covered->values) v = std::isfinite(v) ? 1.0f : 0.0f;
}

void draw_on_surface(const SurfaceWeights& values, const Mesh& mesh,
                     std::span<const RasterTriangle> triangles, int width, int height, float sigma_px,
                     Plane* out) {
  thread_local Plane small, depth;  // scratch that keeps its memory
  draw_at_step(values, mesh, triangles, width, height, &small, &depth);
  thread_local std::vector<float> scratch;
  gaussian_blur(&small, sigma_px / kSurfaceStep, &scratch);
  enlarge_boxes(small, kSurfaceStep, width, height, out);
}

bool is_worth_drawing(const SurfaceWeights& values) {
  return *std::max_element(values.begin(), values.end()) >= kWorthDrawing;
}

bool draw_expression_gap(const SurfaceWeights& weights, const Mesh& fused,
                         std::span<const RasterTriangle> triangles, int width, int height, Plane* out) {
  if (!is_worth_drawing(weights)) return false;
  draw_on_surface(weights, fused, triangles, width, height,
                  kBlurShare * face_width_px(fused) + 0.5f * kSurfaceStep, out);
  return true;
}

}  // namespace mien
