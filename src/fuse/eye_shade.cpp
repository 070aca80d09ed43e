#include "fuse/eye_shade.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/colour.h"
#include "fuse/outline.h"

namespace mien {
namespace {

constexpr float kWhites = 0.85f;  // of the eyes' pixels so many are darker than what counts as their whites
constexpr float kPatch = 0.03f;   // half of the side of a cheek's patch, in face widths
constexpr std::size_t kFewest = 12;
constexpr std::array<topology::Index, 6> kCheeks = {50, 117, 205, 280, 346, 425};

float lightness_at(const Image& level, int x, int y) {
  const std::uint8_t* p = level.view().row(std::clamp(y, 0, level.height() - 1)) +
                          std::ptrdiff_t{4} * std::clamp(x, 0, level.width() - 1);
  return lab_from_linear({linear_from_srgb(p[0]), linear_from_srgb(p[1]), linear_from_srgb(p[2])}).l;
}

// The value below which `share` of them lie; there is at least one.
float percentile(float share, std::vector<float>* values) {
  const auto at =
      values->begin() + static_cast<std::ptrdiff_t>(share * static_cast<float>(values->size() - 1));
  std::nth_element(values->begin(), at, values->end());
  return *at;
}

void add_eye(const Image& level, const Mesh& mesh, std::span<const topology::Index> eye,
             std::vector<float>* seen) {
  Plane inside;
  inside.resize(level.width(), level.height());
  inside.fill(0);
  fill_polygon(outline(mesh, eye), &inside);
  for (int y = 0; y < inside.height; ++y)
    for (int x = 0; x < inside.width; ++x)
      if (inside.row(y)[x] > 0.5f) seen->push_back(lightness_at(level, x, y));
}

}  // namespace

float eye_shade(const Image& level, const Mesh& mesh) {
  std::vector<float> eyes, cheeks;
  add_eye(level, mesh, topology::kRightEye, &eyes);
  add_eye(level, mesh, topology::kLeftEye, &eyes);
  if (eyes.size() < kFewest) return 1;
  const int reach = std::max(1, static_cast<int>(kPatch * face_width_px(mesh)));
  for (const topology::Index i : kCheeks)
    for (int v = -reach; v <= reach; ++v)
      for (int u = -reach; u <= reach; ++u)
        cheeks.push_back(lightness_at(level, static_cast<int>(std::lround(mesh[i].x)) + u,
                                      static_cast<int>(std::lround(mesh[i].y)) + v));
  return (percentile(kWhites, &eyes) + 16) / (percentile(0.5f, &cheeks) + 16);
}

}  // namespace mien
