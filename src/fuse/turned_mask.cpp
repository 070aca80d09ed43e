#include "fuse/turned_mask.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/mask_part.h"

namespace mien {
namespace {

// Of the face's middle: eyes, nose, lips, chin.
constexpr std::array<topology::Index, 20> kMiddle = {8, 33, 263, 168, 6,  197, 195, 5,  4,   1,
                                                     2, 61, 291, 0,   17, 200, 199, 98, 327, 175};
// In face widths: what counts as beyond the oval; room for a nose that is longer than the target's; as the oval's
// edge is.
constexpr float kBeyond = 0.005f, kRoom = 0.05f, kFeather = 0.016f;

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

bool is_inside(const Point2f& p, const std::vector<Point2f>& polygon) {
  bool inside = false;
  for (std::size_t i = 0, before = polygon.size() - 1; i < polygon.size(); before = i++) {
    const Point2f &a = polygon[before], &b = polygon[i];
    if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x)) inside = !inside;
  }
  return inside;
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
  offset_polygon(oval, kBeyond * width_px, &grown);
  if (std::all_of(middle.begin(), middle.end(), [](const Point2f& p) { return is_inside(p, grown); })) return;
  convex_hull(&middle, &hull);
  offset_polygon(hull, kRoom * width_px, &grown);
  extra.fill(0);
  fill_polygon(grown, &extra);
  for (std::size_t i = 0; i < extra.size(); ++i)
    if (!maps.covered(i)) extra.values[i] = 0;
  for (std::size_t i = 0; i < extra.size(); ++i)
    masks->skin.values[i] = std::max(masks->skin.values[i], extra.values[i]);
  blur_part(&extra, kFeather * width_px, &masks->scratch);
  for (std::size_t i = 0; i < extra.size(); ++i)
    masks->alpha.values[i] = std::max(masks->alpha.values[i], extra.values[i]);
}

}  // namespace mien
