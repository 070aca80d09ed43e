#include "fuse/turned_mask.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/polygon.h"
#include "core/smoothstep.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/mask_part.h"

namespace mien {
namespace {

// Of the face's middle: eyes, nose, lips, chin.
constexpr std::array<topology::Index, 20> kMiddle = {8, 33, 263, 168, 6,  197, 195, 5,  4,   1,
                                                     2, 61, 291, 0,   17, 200, 199, 98, 327, 175};
// In face widths: how far beyond the oval one of them is when all of it counts; room for a nose that is longer than the target's; as the oval's
// edge is.
constexpr float kBeyond = 0.04f, kRoom = 0.05f, kFeather = 0.016f;

float cross(const Point2f& o, const Point2f& a, const Point2f& b) {
  return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}

// Andrew's monotone chain; sorts the points. hull: the corners in order.
void convex_hull(std::vector<Point2f>* points, std::vector<Point2f>* hull) {
  std::sort(points->begin(), points->end(),
            [](const Point2f& a, const Point2f& b) { return a.x < b.x || (a.x == b.x && a.y < b.y); });
  hull->clear();
  for (int side = 0; side < 2; ++side) {
    const std::size_t first = hull->size();
    for (const Point2f& p : *points) {
      while (hull->size() >= first + 2 && cross((*hull)[hull->size() - 2], hull->back(), p) <= 0)
        hull->pop_back();
      hull->push_back(p);
    }
    hull->pop_back();  // the other side begins with it
    std::reverse(points->begin(), points->end());
  }
}

float distance_to_edge(const Point2f& p, const Point2f& a, const Point2f& b) {
  const float dx = b.x - a.x, dy = b.y - a.y,
              t = std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / std::max(dx * dx + dy * dy, 1e-6f), 0.0f,
                             1.0f);
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

bool is_inside(const Point2f& p, const std::vector<Point2f>& polygon) {
  bool inside = false;
  for (std::size_t i = 0, before = polygon.size() - 1; i < polygon.size(); before = i++) {
    const Point2f &a = polygon[before], &b = polygon[i];
    if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}

// How far the farthest of the points lies outside of the polygon; 0: none does.
float farthest_beyond(const std::vector<Point2f>& points, const std::vector<Point2f>& polygon) {
  float out = 0;
  for (const Point2f& p : points) {
    if (is_inside(p, polygon)) continue;
    float nearest = std::numeric_limits<float>::infinity();
    for (std::size_t i = 0, before = polygon.size() - 1; i < polygon.size(); before = i++)
      nearest = std::min(nearest, distance_to_edge(p, polygon[before], polygon[i]));
    out = std::max(out, nearest);
  }
  return out;
}

}  // namespace

void add_turned_middle(const Mesh& target, const WarpMaps& maps, FaceMasks* masks) {
  thread_local std::vector<Point2f> oval, grown, middle, hull;
  thread_local Plane extra;
  const float width_px = face_width_px(target);
  const auto take = [&target](const auto& indices, std::vector<Point2f>* out) {
    out->clear();
    for (const topology::Index i : indices) out->push_back({target[i].x, target[i].y});
  };
  extra.resize(masks->alpha.width, masks->alpha.height);  // memory for later
  take(topology::kOval, &oval), take(kMiddle, &middle);
  const float share = smoothstep(0, kBeyond, farthest_beyond(middle, oval) / std::max(width_px, 1.0f));
  if (!(share > 0)) return;
  convex_hull(&middle, &hull);
  offset_polygon(hull, kRoom * width_px, &grown);
  extra.fill(0);
  fill_polygon(grown, &extra);
  for (std::size_t i = 0; i < extra.size(); ++i) extra.values[i] *= maps.covered(i) ? share : 0.0f;
  for (std::size_t i = 0; i < extra.size(); ++i)
    masks->skin.values[i] = std::max(masks->skin.values[i], extra.values[i]);
  blur_part(&extra, kFeather * width_px, &masks->scratch);
  for (std::size_t i = 0; i < extra.size(); ++i)
    masks->alpha.values[i] = std::max(masks->alpha.values[i], extra.values[i]);
}

}  // namespace mien
