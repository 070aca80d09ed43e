#include "fuse/nose_contour.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/luma.h"
#include "core/smoothstep.h"
#include "face/crop.h"
#include "fuse/colour.h"
#include "fuse/nose_points.h"
#include "fuse/texture.h"

namespace mien {
namespace {

// The ridge from between the eyes to the tip, as kBesideRidge goes.
constexpr int kRidgePoints = 7;
constexpr std::array<int, kRidgePoints> kRidge = {168, 6, 197, 195, 5, 4, 1};
// Shares of what is found: at the tip its own shading and the nostril's are edges as well.
constexpr std::array<float, kRidgePoints> kShare = {1, 1, 1, 1, 0.6f, 0.2f, 0};
// Points of the middle of the ridge, and what the far side's width is of the near side's: a head turned by 20
// degrees or more, or by less than 10.
constexpr std::array<std::size_t, 3> kMiddle = {2, 3, 4};
constexpr float kTurned = 0.78f, kFrontal = 0.9f;
// In face widths: where the contour is sought, beyond and on the nose; between which points a step is
// measured; how far inside of the contour skin looks like the nose's.
constexpr float kBeyond = 0.02f, kInside = 0.055f, kHalfStep = 0.008f, kMargin = 0.022f, kSample = 0.0025f;
constexpr float kAlong = 0.01f;   // as far up and down along the ridge a sample goes
constexpr float kLeastEdge = 14;  // of 255
constexpr float kAlmost = 0.5f;   // of the strongest edge: one that counts as well
constexpr float kNearReach = 0.15f, kFarReach = 0.04f,
                kAcrossEnds = 0.05f;  // what moves along, in face widths

using Shifts = std::array<float, kRidgePoints>;

struct Direction {
  float x, y;
};

// Luma, bilinear; the picture's edge goes on outside.
float light_at(ImageView level, float x, float y) {
  const float px = std::clamp(x, 0.0f, static_cast<float>(level.width - 1)),
              py = std::clamp(y, 0.0f, static_cast<float>(level.height - 1));
  const int x0 = std::clamp(static_cast<int>(px), 0, std::max(0, level.width - 2)),
            y0 = std::clamp(static_cast<int>(py), 0, std::max(0, level.height - 2)),
            x1 = std::min(x0 + 1, level.width - 1), y1 = std::min(y0 + 1, level.height - 1);
  const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
  const auto at = [&](int u, int v) { return luma(level.row(v) + 4 * u); };
  const float top = at(x0, y0) + fx * (at(x1, y0) - at(x0, y0)),
              bottom = at(x0, y1) + fx * (at(x1, y1) - at(x0, y1));
  return top + fy * (bottom - top);
}

// From a ridge point towards the near side; {0, 0} where both lie on each other.
Direction towards(const Point3f& ridge, const Point3f& beside, float width_px) {
  const float dx = beside.x - ridge.x, dy = beside.y - ridge.y, length = std::hypot(dx, dy);
  if (!(length > 0.005f * width_px)) return {0, 0};
  return {dx / length, dy / length};
}

// How far inside of `point` the nose begins, 0 where no edge is seen; in pixels.
float find_contour(ImageView level, const Point3f& point, Direction to, float width_px) {
  const auto light = [&](float s) {
    float sum = 0;
    for (const float along : {-kAlong, 0.0f, kAlong})
      sum += light_at(level, point.x + width_px * (s * to.x - along * to.y),
                      point.y + width_px * (s * to.y + along * to.x));
    return sum / 3;
  };
  float strongest = kLeastEdge, lightest = kLeastEdge, at = 0, inner = 0;
  for (float s = -kBeyond; s <= kInside; s += kSample) {
    const float edge = light(s + kHalfStep) - light(s - kHalfStep);
    if (std::abs(edge) > strongest) strongest = std::abs(edge), at = s + kMargin;
    if (edge > lightest) lightest = edge, inner = s + kMargin;
  }
  // The far side lies in the dark, between the cheek's edge and the nose's.
  if (lightest > kAlmost * strongest) at = std::max(at, inner);
  return width_px * std::max(at, 0.0f);
}

float median(float a, float b, float c) { return std::max(std::min(a, b), std::min(std::max(a, b), c)); }

Shifts find_shifts(ImageView level, const Mesh& mesh, const std::array<Direction, kRidgePoints>& to) {
  const float width_px = face_width_px(mesh);
  Shifts found{}, steady{}, out{};
  for (std::size_t k = 1; k < kRidgePoints; ++k)
    if (to[k].x != 0 || to[k].y != 0) found[k] = find_contour(level, mesh[kRidge[k]], to[k], width_px);
  const auto before = [](std::size_t k) { return k == 0 ? k : k - 1; };
  const auto after = [](std::size_t k) { return std::min<std::size_t>(k + 1, kRidgePoints - 1); };
  for (std::size_t k = 0; k < kRidgePoints; ++k)
    steady[k] = median(found[before(k)], found[k], found[after(k)]);
  for (std::size_t k = 1; k < kRidgePoints; ++k)
    out[k] = 0.25f * (steady[before(k)] + 2 * steady[k] + steady[after(k)]);
  out[0] = 0.5f * out[1];
  for (std::size_t k = 0; k < kRidgePoints; ++k) out[k] *= kShare[k];
  return out;
}

// The part of the ridge that a point lies beside.
struct Foot {
  float x, y, along;  // along: kRidge's index, between two of them a fraction
};

Foot foot_on_ridge(const Mesh& mesh, const Point3f& p) {
  Foot best{};
  float least = 1e30f;
  for (int k = 0; k + 1 < kRidgePoints; ++k) {
    const Point3f &a = mesh[kRidge[static_cast<std::size_t>(k)]],
                  &b = mesh[kRidge[static_cast<std::size_t>(k) + 1]];
    const float dx = b.x - a.x, dy = b.y - a.y,
                t = std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / std::max(dx * dx + dy * dy, 1e-6f),
                               0.0f, 1.0f);
    const Foot foot{a.x + t * dx, a.y + t * dy, static_cast<float>(k) + t};
    const float away = std::hypot(p.x - foot.x, p.y - foot.y);
    if (away < least) least = away, best = foot;
  }
  return best;
}

void move_points(const Shifts& shifts, const std::array<Direction, kRidgePoints>& to, Mesh* mesh) {
  const Mesh before = *mesh;
  const float width_px = face_width_px(before);
  for (std::size_t i = 0; i < kSurfacePoints; ++i) {
    const Foot foot = foot_on_ridge(before, before[i]);
    const auto k = std::min(static_cast<std::size_t>(foot.along), static_cast<std::size_t>(kRidgePoints - 2));
    const float share = foot.along - static_cast<float>(k);
    const float shift = shifts[k] + share * (shifts[k + 1] - shifts[k]);
    const Direction u{to[k].x + share * (to[k + 1].x - to[k].x), to[k].y + share * (to[k + 1].y - to[k].y)};
    const float x = (before[i].x - foot.x) / width_px, y = (before[i].y - foot.y) / width_px;
    const float side = x * u.x + y * u.y, rest = std::hypot(x - side * u.x, y - side * u.y);
    const float moved =
        shift * (1 - smoothstep(0, kAcrossEnds, rest)) *
        (side > 0 ? 1 - smoothstep(0, kNearReach, side) : 1 - smoothstep(0, kFarReach, -side));
    (*mesh)[i].x += moved * u.x, (*mesh)[i].y += moved * u.y;
  }
}

// How wide the nose's right and left side are seen, pixels; negative: folded over the ridge, as in profile.
std::array<float, 2> widths_of_sides(const Mesh& mesh) {
  const Point3f &top = mesh[kRidge[0]], &tip = mesh[kRidge[kRidgePoints - 1]];
  const float length = std::max(std::hypot(tip.x - top.x, tip.y - top.y), 1e-3f);
  const Direction to_left{(tip.y - top.y) / length, (top.x - tip.x) / length};  // the picture's right
  std::array<float, 2> out{};
  for (const std::size_t side : {0, 1})
    for (const std::size_t k : kMiddle) {
      const Point3f &a = mesh[kRidge[k]], &b = mesh[kBesideRidge[side][k]];
      out[side] += (side == 0 ? -1.0f : 1.0f) * ((b.x - a.x) * to_left.x + (b.y - a.y) * to_left.y);
    }
  return out;
}

}  // namespace

void keep_ridge_on_nose(ImageView level, Mesh* mesh) {
  const float width_px = face_width_px(*mesh);
  if (!(width_px >= 1)) return;  // a face without size
  const std::array<float, 2> widths = widths_of_sides(*mesh);
  const std::size_t far = widths[0] < widths[1] ? 0 : 1;
  const float turned =
      1 - smoothstep(kTurned, kFrontal, std::max(widths[far], 0.0f) / std::max(widths[1 - far], 1e-3f));
  if (!(turned > 0)) return;
  std::array<Direction, kRidgePoints> to{};
  for (std::size_t k = 0; k < kRidgePoints; ++k)
    to[k] = towards((*mesh)[kRidge[k]], (*mesh)[kBesideRidge[1 - far][k]], width_px);
  Shifts shifts = find_shifts(level, *mesh, to);
  for (float& shift : shifts) shift *= turned;
  if (*std::max_element(shifts.begin(), shifts.end()) > 0) move_points(shifts, to, mesh);
}

}  // namespace mien
