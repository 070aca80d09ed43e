#include "face/crop.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "face/topology.h"

namespace mien {
namespace {

Point2f middle(const Mesh& mesh, const std::array<topology::Index, 2>& pair) {
  return {(mesh[pair[0]].x + mesh[pair[1]].x) / 2, (mesh[pair[0]].y + mesh[pair[1]].y) / 2};
}

}  // namespace

LevelSquare level_square(const Mesh& mesh) {
  const Point2f right = middle(mesh, topology::kRightEyeCorners),
                left = middle(mesh, topology::kLeftEyeCorners);
  const float roll = std::atan2(left.y - right.y, left.x - right.x), c = std::cos(roll), s = std::sin(roll);
  constexpr float kFar = std::numeric_limits<float>::max();
  float low_x = kFar, low_y = kFar, high_x = -kFar, high_y = -kFar;
  for (int i = 0; i < kSurfacePoints; ++i) {
    const float x = c * mesh[i].x + s * mesh[i].y, y = -s * mesh[i].x + c * mesh[i].y;
    low_x = std::min(low_x, x), high_x = std::max(high_x, x);
    low_y = std::min(low_y, y), high_y = std::max(high_y, y);
  }
  const float x = (low_x + high_x) / 2, y = (low_y + high_y) / 2;
  return {{c * x - s * y, s * x + c * y}, std::max(high_x - low_x, high_y - low_y), roll};
}

LevelSquare level_square(const Box& box, const std::array<Point2f, 5>& points) {
  const float roll = std::atan2(points[1].y - points[0].y, points[1].x - points[0].x);
  return {box.centre(), std::max(box.width(), box.height()), roll};
}

Affine crop_from_frame(const LevelSquare& square, float span, int size_px) {
  const float k = static_cast<float>(size_px) / (square.side_px * span);
  const float c = k * std::cos(square.roll_rad), s = k * std::sin(square.roll_rad);
  const float middle = static_cast<float>(size_px - 1) / 2;
  const Point2f p = square.centre;
  return {c, s, middle - c * p.x - s * p.y, -s, c, middle + s * p.x - c * p.y};
}

float eye_distance_px(const Mesh& mesh) {
  const Point2f right = middle(mesh, topology::kRightEyeCorners),
                left = middle(mesh, topology::kLeftEyeCorners);
  return std::hypot(left.x - right.x, left.y - right.y);
}

float face_width_px(const Mesh& mesh) {
  const Point3f &a = mesh[topology::kRightCheekEdge], &b = mesh[topology::kLeftCheekEdge];
  return std::hypot(b.x - a.x, b.y - a.y);
}

bool is_usable(const Mesh& mesh) {
  constexpr float kFarthest = 1e6f;
  return std::all_of(mesh.begin(), mesh.end(), [](const Point3f& p) {
    return std::abs(p.x) < kFarthest && std::abs(p.y) < kFarthest && std::abs(p.z) < kFarthest;
  });
}

Mesh transformed(const Mesh& mesh, const Affine& map) {
  Mesh out;
  const float k = map.scale();
  for (int i = 0; i < kMeshPoints; ++i) {
    const Point2f p = map({mesh[i].x, mesh[i].y});
    out[i] = {p.x, p.y, mesh[i].z * k};
  }
  return out;
}

}  // namespace mien
