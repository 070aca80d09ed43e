#include "fuse/mouth_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/polygon.h"
#include "core/smoothstep.h"
#include "face/closed_mouth.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/mask_part.h"
#include "fuse/outline.h"
#include "fuse/texture.h"

namespace mien {
namespace {

// Of the mouth's width, see mouth_opening(): from where two are apart, and one is not closed.
constexpr float kApartFrom = 0.06f, kApartTo = 0.16f, kClosed = 0.02f, kNotClosed = 0.08f;
constexpr float kAroundLine = 0.029f, kAroundCorner = 0.03f, kFeather = 0.009f;  // in face widths
constexpr float kHiddenLips = 0.72f, kSeenLips = 0.9f;                           // share of them that is seen
// Corners of the inner lips and of the outer ones.
constexpr std::array<std::array<int, 2>, 2> kCorners = {{{78, 61}, {308, 291}}};

// 1 around the line between the lips.
void draw_line(const Mesh& mesh, float reach, Plane* out) {
  thread_local std::vector<Point2f> lips, grown;  // scratch that keeps its memory
  outline(mesh, topology::kInnerLips, &lips);
  offset_polygon(lips, reach, &grown);
  fill_polygon(grown, out);
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
                                           transformed(target, frame_from_target), topology::kOuterLips));
  return {seen * out.line, seen * out.corners};
}

void add_mouth_line(const PlanarRgb& target, const MovedFace& face, const MouthLine& how, float strength,
                    FaceMasks* masks, PlanarRgb* fused) {
  const float share = std::max(how.line, how.corners), width_px = face_width_px(face.fused);
  if (!(share > 0)) return;
  thread_local Plane where;  // scratch that keeps its memory
  where.resize(target.width, target.height), where.fill(0);
  if (how.line > 0)
    draw_line(face.fused, kAroundLine * width_px, &where);
  else
    draw_corners(face.fused, kAroundCorner * width_px, &where);
  blur_part(&where, kFeather * width_px, &masks->scratch);
  for (float& v : where.values) v *= share;
  add_target_part(target, where, face, {strength, how.line > 0}, &masks->alpha, fused);
}

}  // namespace mien
