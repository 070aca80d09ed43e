#include "fuse/mouth_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/polygon.h"
#include "core/smoothstep.h"
#include "face/closed_mouth.h"
#include "face/crop.h"
#include "face/seen_share.h"
#include "face/topology.h"
#include "fuse/mask_part.h"
#include "fuse/outline.h"

namespace mien {
namespace {

// Of the mouth's width, see mouth_opening(): from where two are apart, and one is not closed.
constexpr float kApartFrom = 0.06f, kApartTo = 0.16f, kClosed = 0.02f, kNotClosed = 0.08f;
constexpr float kAroundLine = 0.029f, kAroundCorner = 0.03f, kFeather = 0.009f;  // in face widths
constexpr float kHiddenLips = 0.72f, kSeenLips = 0.9f;                           // share of them that is seen
// Corners of the inner lips and of the outer ones.
constexpr std::array<std::array<int, 2>, 2> kCorners = {{{78, 61}, {308, 291}}};

// 1 around the line between the lips, and as far beyond its ends.
void draw_line(const Mesh& mesh, float reach, Plane* out) {
  constexpr std::size_t kHalf = topology::kInnerLips.size() / 2;
  const Point3f &first = mesh[topology::kInnerLips[0]], &last = mesh[topology::kInnerLips[kHalf]];
  const float length = std::max(std::hypot(last.x - first.x, last.y - first.y), 1e-3f),
              along_x = reach * (last.x - first.x) / length, along_y = reach * (last.y - first.y) / length;
  thread_local std::vector<Point2f> around;  // scratch that keeps its memory
  around.clear();
  around.push_back({first.x - along_x, first.y - along_y});
  const auto add = [&](std::size_t k, float side) {
    const Point3f &upper = mesh[topology::kInnerLips[k]],
                  &lower = mesh[topology::kInnerLips[(2 * kHalf - k) % (2 * kHalf)]];
    around.push_back(
        {0.5f * (upper.x + lower.x) + side * along_y, 0.5f * (upper.y + lower.y) - side * along_x});
  };
  for (std::size_t k = 0; k <= kHalf; ++k) add(k, 1);
  around.push_back({last.x + along_x, last.y + along_y});
  for (std::size_t k = kHalf + 1; k-- > 0;) add(k, -1);
  fill_polygon(around, out);
}

// 1 around the corners of the mouth.
void draw_corners(const Mesh& mesh, float radius, Plane* out) {
  constexpr int kPoints = 16;
  for (const auto& [inner, outer] : kCorners) {
    const float x = 0.5f * (mesh[inner].x + mesh[outer].x), y = 0.5f * (mesh[inner].y + mesh[outer].y);
    std::array<Point2f, kPoints> circle;
    for (int i = 0; i < kPoints; ++i) {
      const float angle = 6.2831853f / kPoints * static_cast<float>(i);
      circle[static_cast<std::size_t>(i)] = {x + radius * std::cos(angle), y + radius * std::sin(angle)};
    }
    fill_polygon(circle, out);
  }
}

}  // namespace

MouthLine choose_mouth_line(const Mesh& source, const Mesh& target, const RegionMap& regions,
                            const Affine& frame_from_target) {
  const float own = mouth_opening(source), other = mouth_opening(target);
  MouthLine out;
  if (own > other)
    out.line = smoothstep(kApartFrom, kApartTo, own - other) * (1 - smoothstep(kClosed, kNotClosed, other));
  else
    out.corners = smoothstep(kApartFrom, kApartTo, other - own);
  if (!(out.line > 0 || out.corners > 0)) return out;
  const float seen = smoothstep(kHiddenLips, kSeenLips,
                                seen_share(regions, {RegionClass::kLip, RegionClass::kInnerMouth},
                                           transformed(target, frame_from_target), topology::kOuterLips)
                                    .value_or(0));
  return {seen * out.line, seen * out.corners};
}

void add_mouth_line(const PlanarRgb& target, const Plane& cover, const MovedFace& face, const MouthLine& how,
                    float strength, FaceMasks* masks, PlanarRgb* fused) {
  const float share = std::max(how.line, how.corners), width_px = face_width_px(face.fused);
  if (!(share > 0) || cover.size() != masks->alpha.size()) return;
  thread_local Plane where;  // scratch that keeps its memory
  where.resize(target.width, target.height), where.fill(0);
  if (how.line > 0)
    draw_line(face.fused, kAroundLine * width_px, &where);
  else
    draw_corners(face.fused, kAroundCorner * width_px, &where);
  blur_part(&where, kFeather * width_px, &masks->scratch);
  for (std::size_t i = 0; i < where.size(); ++i) where.values[i] *= uncovered_share(cover.values[i]);
  add_target_part(target, where, face, {share * strength, how.line > 0}, &masks->alpha, fused);
}

}  // namespace mien
