// Triangle rasteriser: interpolates vertex attributes over a mesh with a depth buffer.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace mien {

struct RasterVertex {
  float x_px, y_px;  // pixel centres are at integers
  float z;           // smaller is nearer
};

using RasterTriangle = std::array<std::int32_t, 3>;

// Where rasterise() writes. All planes are width * height floats without padding; attribute planes follow
// each other, or lie where `planes` says.
struct RasterTarget {
  int width = 0, height = 0;
  float* attributes = nullptr;  // attribute_count planes; pixels that no triangle covers keep what they hold
  float* depth = nullptr;       // the nearest z so far: fill with +infinity before the first call
  std::span<float* const> planes = {};  // attribute_count of them, in the place of `attributes`
};

constexpr int kMostRasterAttributes = 16;

// Draws the triangles; the nearest surface wins (strictly smaller z than what `target.depth` holds). Pixels
// whose centre lies on an edge belong to both triangles, so that a closed mesh has no holes.
//   vertices     positions in target pixels
//   attributes   vertices.size() * attribute_count floats (up to kMostRasterAttributes), vertex by vertex,
//   interpolated linearly in the picture plane triangles    indices into vertices; a triangle with a bad
//   index, a non-finite corner or no area is skipped
void rasterise(std::span<const RasterVertex> vertices, std::span<const float> attributes, int attribute_count,
               std::span<const RasterTriangle> triangles, const RasterTarget& target);

}  // namespace mien
