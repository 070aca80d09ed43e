// Filling polygons with anti-aliased edges.
#pragma once

#include <span>
#include <vector>

#include "core/plane.h"
#include "mien/geometry.h"

namespace mien {

// Raises `mask` to the share of each pixel that the closed polygon covers (0..1), where that is more than it
// holds. Non-zero winding: overlapping loops count once. Points that are not finite make it draw nothing.
void fill_polygon(std::span<const Point2f> points, Plane* mask);

// The outline moved outward (inward for negative values) by distance_px along the bisectors of its corners.
std::vector<Point2f> offset_polygon(std::span<const Point2f> points, float distance_px);
// The same into memory that is there.
void offset_polygon(std::span<const Point2f> points, float distance_px, std::vector<Point2f>* out);

}  // namespace mien
