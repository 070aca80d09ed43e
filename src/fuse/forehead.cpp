#include "fuse/forehead.h"

#include <algorithm>

#include "face/topology.h"
#include "fuse/fast_math.h"

namespace mien {
namespace {

using topology::kBridge;
using topology::kOval;

constexpr int kOutline = static_cast<int>(kOval.size());
constexpr float kReachTop = 0.8f, kReachSide = 0.12f;
constexpr float kTopEnds = 2.5f, kSideBegins = 8;  // outline points from the top
// Heights between which shading becomes the target's, in the face and on its outline.
constexpr float kForeheadFrom = 0.6f, kForeheadTo = 1.05f, kTempleFrom = -0.15f, kTempleTo = 0.3f;

}  // namespace

FaceHeight::FaceHeight(const Mesh& mesh) : from_x(mesh[kBridge].x), from_y(mesh[kBridge].y) {
  const Point3f& top = mesh[topology::kForeheadTop];
  const float x = top.x - from_x, y = top.y - from_y, squared = std::max(x * x + y * y, 1e-6f);
  up_x = x / squared, up_y = y / squared;
}

float forehead_reach(int outline_number) {
  const auto from_top = static_cast<float>(std::min(outline_number, kOutline - outline_number));
  return kReachSide + (kReachTop - kReachSide) * (1 - smoothstep(kTopEnds, kSideBegins, from_top));
}

Point3f moved_outwards(const Mesh& mesh, int outline_number, float reach) {
  const Point3f &p = mesh[kOval[static_cast<std::size_t>(outline_number)]], &c = mesh[kBridge];
  return {p.x + reach * (p.x - c.x), p.y + reach * (p.y - c.y), 0};
}

std::vector<Point2f> outline_with_forehead(const Mesh& mesh) {
  std::vector<Point2f> out;
  for (int i = 0; i < kOutline; ++i) {
    const Point3f p = moved_outwards(mesh, i, forehead_reach(i));
    out.push_back({p.x, p.y});
  }
  return out;
}

SurfaceWeights forehead_share(const FaceModel& model) {
  const Mesh& mesh = model.canonical_mesh();
  const FaceHeight height(mesh);
  const auto at = [&](int i) { return height.at(mesh[i].x, mesh[i].y); };
  SurfaceWeights out;
  for (int i = 0; i < kSurfacePoints; ++i)
    out[i] = kMostForeheadShare * smoothstep(kForeheadFrom, kForeheadTo, at(i));
  for (const topology::Index i : kOval)
    out[i] = std::max(out[i], kMostForeheadShare * smoothstep(kTempleFrom, kTempleTo, at(i)));
  return out;
}

}  // namespace mien
