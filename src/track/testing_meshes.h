// A synthetic face mesh for the tests of this part: points on a dome, eyes and mouth where the topology has
// them.
#pragma once

#include <cmath>
#include <random>

#include "face/topology.h"
#include "mien/face.h"

namespace mien::testing_meshes {

// About `size` pixels wide and 1.2 times as high.
inline Mesh make_mesh(float centre_x, float centre_y, float size) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> unit(-1, 1);
  Mesh mesh{};
  for (Point3f& p : mesh) {
    float x = unit(random), y = unit(random);
    while (x * x + y * y > 1) x = unit(random), y = unit(random);
    p = {centre_x + 0.5f * size * x, centre_y + 0.6f * size * y, -0.4f * size * std::sqrt(1 - x * x - y * y)};
  }
  const auto put = [&](int i, float x, float y) {
    mesh[i] = {centre_x + size * x, centre_y + size * y, -0.3f * size};
  };
  put(33, -0.3f, -0.15f), put(133, -0.1f, -0.15f), put(362, 0.1f, -0.15f), put(263, 0.3f, -0.15f);
  put(topology::kRightCheekEdge, -0.5f, 0), put(topology::kLeftCheekEdge, 0.5f, 0);
  return mesh;
}

inline Mesh shifted(const Mesh& mesh, float dx, float dy) {
  Mesh out = mesh;
  for (Point3f& p : out) p.x += dx, p.y += dy;
  return out;
}

// As a network's output shakes: every point by itself, and the whole in place, size and roll.
inline Mesh with_noise(const Mesh& mesh, float point_px, float whole_px, std::mt19937& random) {
  std::normal_distribution<float> normal(0, 1);
  Mesh out = mesh;
  const float dx = whole_px * normal(random), dy = whole_px * normal(random);
  for (Point3f& p : out)
    p.x += dx + point_px * normal(random), p.y += dy + point_px * normal(random),
        p.z += point_px * normal(random);
  return out;
}

}  // namespace mien::testing_meshes
