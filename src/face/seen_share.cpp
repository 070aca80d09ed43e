#include "face/seen_share.h"

#include <algorithm>
#include <vector>

#include "core/polygon.h"

namespace mien {

std::optional<float> seen_share(const RegionMap& regions, std::initializer_list<RegionClass> classes,
                                const Mesh& mesh, std::span<const topology::Index> outline) {
  constexpr int kCells = 40;                 // across the outline
  thread_local std::vector<Point2f> points;  // scratch that keeps its memory
  thread_local Plane inside, there;
  points.clear();
  float x0 = mesh[outline[0]].x, y0 = mesh[outline[0]].y, x1 = x0, y1 = y0;
  for (const topology::Index i : outline) {
    x0 = std::min(x0, mesh[i].x), x1 = std::max(x1, mesh[i].x);
    y0 = std::min(y0, mesh[i].y), y1 = std::max(y1, mesh[i].y);
  }
  const float cell = std::max({x1 - x0, y1 - y0, 1e-3f}) / kCells;
  for (const topology::Index i : outline)
    points.push_back({(mesh[i].x - x0) / cell, (mesh[i].y - y0) / cell});
  inside.resize(kCells + 1, kCells + 1), inside.fill(0);
  fill_polygon(points, &inside);
  regions.sample(classes, {cell, 0, x0, 0, cell, y0}, inside.width, inside.height, &there);
  float sum = 0, seen = 0;
  for (std::size_t i = 0; i < inside.size(); ++i)
    sum += inside.values[i], seen += inside.values[i] * there.values[i];
  if (!(sum > 0)) return std::nullopt;
  return seen / sum;
}

}  // namespace mien
