// Mesh points as a polygon.
#pragma once

#include <span>
#include <vector>

#include "face/topology.h"
#include "mien/face.h"

namespace mien {

inline const std::span<const topology::Index> kBrowsAndEyes[] = {topology::kRightBrow, topology::kLeftBrow,
                                                                 topology::kRightEye, topology::kLeftEye};

// Into memory that is there.
inline void outline(const Mesh& mesh, std::span<const topology::Index> indices, std::vector<Point2f>* out) {
  out->clear();
  for (const topology::Index i : indices) out->push_back({mesh[i].x, mesh[i].y});
}

inline std::vector<Point2f> outline(const Mesh& mesh, std::span<const topology::Index> indices) {
  std::vector<Point2f> out;
  outline(mesh, indices, &out);
  return out;
}

}  // namespace mien
