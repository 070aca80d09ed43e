#include "track/track.h"

#include <algorithm>
#include <cmath>

#include "face/topology.h"

namespace mien {
namespace {

// Turned by an angle and scaled.
Point3f turned(const Point3f& p, float angle_rad, float scale) {
  const float c = scale * std::cos(angle_rad), s = scale * std::sin(angle_rad);
  return {c * p.x - s * p.y, s * p.x + c * p.y, scale * p.z};
}

constexpr float kLongestStep = 0.3f;  // of the face's size: how far it is expected to move in one frame

void take_places_from_mesh(Face* face) {
  const LevelSquare square = level_square(face->mesh);
  const float half = square.side_px / 2;
  face->box = {square.centre.x - half, square.centre.y - half, square.centre.x + half,
               square.centre.y + half};
  for (std::size_t i = 0; i < face->points.size(); ++i) {
    const Point3f& p = face->mesh[topology::kFivePoints[i]];
    face->points[i] = {p.x, p.y};
  }
}

}  // namespace

void Track::see(const Face& measured, float seconds, bool steady) {
  const LevelSquare now = level_square(measured.mesh);
  before_ = seen_ ? last_ : now;
  last_ = now;
  seen_ = true;
  shown_ = measured;
  if (steady) shown_.mesh = filter_.next(measured.mesh, seconds);
  take_places_from_mesh(&shown_);
  level_ = std::min(level_ + 1, kFadeFrames);
}

void Track::miss() {
  before_ = last_;
  level_ = std::max(level_ - 1, 0);
  frames_to_second_look_ = 0;
}

void Track::take_second_look(const Mesh& first, const Mesh& mean, int period) {
  const LevelSquare square = level_square(first);
  const float k = 1 / std::max(square.side_px, 1e-3f);
  for (std::size_t i = 0; i < first.size(); ++i)
    added_[i] =
        turned({mean[i].x - first[i].x, mean[i].y - first[i].y, mean[i].z - first[i].z}, -square.roll_rad, k);
  frames_to_second_look_ = period - 1;
}

Mesh Track::without_second_look(const Mesh& first) {
  const LevelSquare square = level_square(first);
  Mesh out = first;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const Point3f added = turned(added_[i], square.roll_rad, square.side_px);
    out[i] = {first[i].x + added.x, first[i].y + added.y, first[i].z + added.z};
  }
  --frames_to_second_look_;
  return out;
}

LevelSquare Track::expected() const {
  LevelSquare out = last_;
  const float dx = last_.centre.x - before_.centre.x, dy = last_.centre.y - before_.centre.y;
  const float step = std::hypot(dx, dy), longest = kLongestStep * last_.side_px;
  const float k = step > longest ? longest / step : 1;
  out.centre = {last_.centre.x + k * dx, last_.centre.y + k * dy};
  return out;
}

}  // namespace mien
