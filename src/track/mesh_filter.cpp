#include "track/mesh_filter.h"

#include <array>

#include "face/crop.h"
#include "face/topology.h"

namespace mien {
namespace {

constexpr OneEuroSettings kHead{0.05f, 80.0f, 1.0f};
constexpr OneEuroSettings kSkin{0.05f, 80.0f, 1.0f};
constexpr OneEuroSettings kQuick{0.5f, 160.0f, 2.0f};  // a blink takes 0.1 s

// Which points are lids, irises or lips.
const std::array<bool, kMeshPoints>& quick_points() {
  static const std::array<bool, kMeshPoints> points = [] {
    std::array<bool, kMeshPoints> out{};
    for (const auto i : topology::kRightEye) out[i] = true;
    for (const auto i : topology::kLeftEye) out[i] = true;
    for (const auto i : topology::kOuterLips) out[i] = true;
    for (const auto i : topology::kInnerLips) out[i] = true;
    for (int i = kSurfacePoints; i < kMeshPoints; ++i) out[i] = true;
    return out;
  }();
  return points;
}

Point2f centre_of(const Mesh& mesh) {
  float x = 0, y = 0;
  for (int i = 0; i < kSurfacePoints; ++i) x += mesh[i].x, y += mesh[i].y;
  return {x / kSurfacePoints, y / kSurfacePoints};
}

}  // namespace

// Least squares: the reference under a similarity comes as near to the mesh as it can.
MeshFilter::Similarity MeshFilter::fit(const Mesh& mesh) const {
  const Point2f centre = centre_of(mesh);
  float a = 0, b = 0, norm = 0;
  for (int i = 0; i < kSurfacePoints; ++i) {
    const float x = mesh[i].x - centre.x, y = mesh[i].y - centre.y, u = reference_[i].x, v = reference_[i].y;
    a += u * x + v * y, b += u * y - v * x, norm += u * u + v * v;
  }
  return {centre.x, centre.y, a / norm, b / norm};
}

Mesh MeshFilter::next(const Mesh& mesh, float seconds) {
  if (!started_) {
    started_ = true;
    const Point2f centre = centre_of(mesh);
    const float k = 1 / std::max(level_square(mesh).side_px, 1e-3f);
    for (int i = 0; i < kMeshPoints; ++i)
      reference_[i] = {k * (mesh[i].x - centre.x), k * (mesh[i].y - centre.y), k * mesh[i].z};
    points_.resize(kMeshPoints);
  }
  const Similarity now = fit(mesh);
  const float size = std::max(std::hypot(now.a, now.b), 1e-3f);
  const auto centre = centre_.next({now.x, now.y}, seconds, size, kHead);
  const auto turn = turn_.next({now.a, now.b}, seconds, size, kHead);
  const float turned_size = std::hypot(turn[0], turn[1]);
  const float ia = now.a / (size * size), ib = now.b / (size * size);
  Mesh out;
  for (int i = 0; i < kMeshPoints; ++i) {
    const float x = mesh[i].x - now.x, y = mesh[i].y - now.y;
    const OneEuroSettings& settings = quick_points()[i] ? kQuick : kSkin;
    const auto p = points_[static_cast<std::size_t>(i)].next(
        {ia * x + ib * y, ia * y - ib * x, mesh[i].z / size}, seconds, 1, settings);
    out[i] = {centre[0] + turn[0] * p[0] - turn[1] * p[1], centre[1] + turn[1] * p[0] + turn[0] * p[1],
              p[2] * turned_size};
  }
  return out;
}

}  // namespace mien
