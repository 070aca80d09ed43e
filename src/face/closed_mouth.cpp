#include "face/closed_mouth.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/polygon.h"
#include "core/smoothstep.h"
#include "face/crop.h"
#include "face/topology.h"

namespace mien {
namespace {

constexpr float kOpenFrom = 0.3f, kOpenTo = 0.6f;  // mean probability of "inner mouth" between the inner lips
constexpr float kSurelyFrom = 0.15f, kSurelyTo = 0.22f;  // opening, of the mouth's width: the mesh is right
constexpr int kLookPixels = 40;  // of the mouth's width, where the regions are looked up
using topology::kInnerLips;
constexpr std::size_t kHalf = kInnerLips.size() / 2;  // the outline's halves meet in the corners

// Of what lies between the inner lips, the share that the regions call inner mouth; 1 where nothing does.
float seen_inner_mouth(const Mesh& mesh, const RegionMap& regions) {
  float left = mesh[kInnerLips[0]].x, right = left, top = mesh[kInnerLips[0]].y, bottom = top;
  for (const auto i : kInnerLips) {
    left = std::min(left, mesh[i].x), right = std::max(right, mesh[i].x);
    top = std::min(top, mesh[i].y), bottom = std::max(bottom, mesh[i].y);
  }
  const float step = std::max({right - left, bottom - top, 1e-3f}) / kLookPixels;
  std::vector<Point2f> lips;
  for (const auto i : kInnerLips) lips.push_back({(mesh[i].x - left) / step, (mesh[i].y - top) / step});
  Plane between, seen;
  between.resize(kLookPixels, kLookPixels), between.fill(0);
  fill_polygon(lips, &between);
  regions.sample({RegionClass::kInnerMouth}, {step, 0, left, 0, step, top}, kLookPixels, kLookPixels, &seen);
  float area = 0, open = 0;
  for (std::size_t i = 0; i < between.size(); ++i)
    area += between.values[i], open += between.values[i] * seen.values[i];
  return area > 0 ? open / area : 1;
}

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
  const float open = std::max(surely, smoothstep(kOpenFrom, kOpenTo, seen_inner_mouth(*mesh, regions)));
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
