#include "face/closed_mouth.h"

#include <algorithm>
#include <cmath>

#include "core/smoothstep.h"
#include "face/crop.h"
#include "face/seen_share.h"
#include "face/topology.h"

namespace mien {
namespace {

constexpr float kOpenFrom = 0.3f, kOpenTo = 0.6f;  // mean probability of "inner mouth" between the inner lips
constexpr float kSurelyFrom = 0.15f, kSurelyTo = 0.22f;  // opening, of the mouth's width: the mesh is right
using topology::kInnerLips;
constexpr std::size_t kHalf = kInnerLips.size() / 2;  // the outline's halves meet in the corners

}  // namespace

float mouth_opening(const Mesh& mesh) {
  using namespace topology;
  const auto distance = [&](Index i, Index k) {
    return std::hypot(mesh[i].x - mesh[k].x, mesh[i].y - mesh[k].y);
  };
  return distance(kUpperInnerLip, kLowerInnerLip) /
         std::max(distance(kMouthCorners[0], kMouthCorners[1]), 1e-3f);
}

void close_unseen_mouth(const RegionMap& regions, Mesh* mesh) {
  if (!is_usable(*mesh)) return;
  const float surely = smoothstep(kSurelyFrom, kSurelyTo, mouth_opening(*mesh));
  if (!(surely < 1)) return;
  const float seen = seen_share(regions, {RegionClass::kInnerMouth}, *mesh, kInnerLips).value_or(1);
  const float open = std::max(surely, smoothstep(kOpenFrom, kOpenTo, seen));
  if (!(open < 1)) return;
  for (std::size_t k = 1; k < kHalf; ++k) {
    Point3f &upper = (*mesh)[kInnerLips[k]], &lower = (*mesh)[kInnerLips[2 * kHalf - k]];
    const Point3f middle{(upper.x + lower.x) / 2, (upper.y + lower.y) / 2, (upper.z + lower.z) / 2};
    for (Point3f* p : {&upper, &lower})
      *p = {middle.x + open * (p->x - middle.x), middle.y + open * (p->y - middle.y),
            middle.z + open * (p->z - middle.z)};
  }
}

}  // namespace mien
