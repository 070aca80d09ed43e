#include "fuse/hair_shade.h"

#include <algorithm>
#include <vector>

#include "core/polygon.h"
#include "core/smoothstep.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/outline.h"

namespace mien {
namespace {

constexpr int kStep = 4;                              // canvas pixels per pixel that is worked with
constexpr float kNear = 0.035f;                       // sigma, in face widths
constexpr float kNearFrom = 0.06f, kNearTo = 0.35f;   // of the blurred cover
constexpr float kStrip = 0.12f, kStripSigma = 0.03f;  // along the outline, in face widths
// From kCreasesFrom (relight.cpp) on the target's creases would come with its light.
constexpr float kMost = 0.64f;
constexpr float kWorthDrawing = 0.02f;

}  // namespace

bool draw_hair_shade(const Plane& cover, const Mesh& target, bool has_gap, Plane* expression_gap) {
  thread_local Plane near, inner, whole;  // scratch that keeps its memory
  thread_local std::vector<float> line;
  thread_local std::vector<Point2f> oval, inset;
  const float width = face_width_px(target);
  constexpr float k = 1.0f / kStep, shift = 0.5f * k - 0.5f;
  shrink_boxes(cover, kStep, &near);
  gaussian_blur(&near, std::max(1.0f, kNear * width * k), &line);
  outline(target, topology::kOval, &oval);
  for (Point2f& p : oval) p = {k * p.x + shift, k * p.y + shift};
  inner.resize(near.width, near.height);
  inner.fill(0);
  offset_polygon(oval, -kStrip * width * k, &inset);
  fill_polygon(inset, &inner);
  gaussian_blur(&inner, std::max(1.0f, kStripSigma * width * k), &line);
  float most = 0;
  for (std::size_t i = 0; i < near.size(); ++i) {
    float& v = near.values[i];
    v = kMost * smoothstep(kNearFrom, kNearTo, v) * (1 - inner.values[i]);
    most = std::max(most, v);
  }
  if (most < kWorthDrawing) return has_gap;
  if (!has_gap) {
    enlarge_boxes(near, kStep, cover.width, cover.height, expression_gap);
    return true;
  }
  enlarge_boxes(near, kStep, cover.width, cover.height, &whole);
  for (std::size_t i = 0; i < whole.size(); ++i)
    expression_gap->values[i] = std::max(expression_gap->values[i], whole.values[i]);
  return true;
}

}  // namespace mien
