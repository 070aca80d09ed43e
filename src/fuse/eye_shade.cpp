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
#include "fuse/robust.h"

namespace mien {
namespace {

constexpr float kWhites = 0.85f;  // of the eyes' pixels so many are darker than what counts as their whites
constexpr float kPatch = 0.03f;   // half of the side of a cheek's patch, in face widths
constexpr std::size_t kFewest = 12;
constexpr std::array<topology::Index, 6> kCheeks = {50, 117, 205, 280, 346, 425};

float lightness_at(const Image& level, int x, int y) {
  const std::uint8_t* p = level.view().row(y) + std::ptrdiff_t{4} * x;
  return lab_from_linear({linear_from_srgb(p[0]), linear_from_srgb(p[1]), linear_from_srgb(p[2])}).l;
}

// Lightness of the pixels inside of an eye's outline.
void add_eye(const Image& level, const Mesh& mesh, std::span<const topology::Index> eye,
             std::vector<float>* seen) {
  std::vector<Point2f> points = outline(mesh, eye);
  Point2f low = points[0], high = low;
  for (const Point2f& p : points)
    low = {std::min(low.x, p.x), std::min(low.y, p.y)}, high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  const auto pixel = [](float v, int size) {
    return static_cast<int>(std::clamp(v, 0.0f, static_cast<float>(size)));
  };
  const int x0 = pixel(low.x, level.width()), y0 = pixel(low.y, level.height());
  Plane inside;
  inside.resize(pixel(high.x + 2, level.width()) - x0, pixel(high.y + 2, level.height()) - y0);
  if (inside.size() == 0) return;
  inside.fill(0);
  for (Point2f& p : points) p = {p.x - static_cast<float>(x0), p.y - static_cast<float>(y0)};
  fill_polygon(points, &inside);
  for (int y = 0; y < inside.height; ++y)
    for (int x = 0; x < inside.width; ++x)
      if (inside.row(y)[x] > 0.5f) seen->push_back(lightness_at(level, x0 + x, y0 + y));
}

}  // namespace

float eye_shade(const Image& level, const Mesh& mesh) {
  std::vector<float> eyes, cheeks;
  add_eye(level, mesh, topology::kRightEye, &eyes);
  add_eye(level, mesh, topology::kLeftEye, &eyes);
  if (eyes.size() < kFewest) return 1;
  const int reach = std::max(1, static_cast<int>(kPatch * face_width_px(mesh)));
  for (const topology::Index i : kCheeks) {
    const int x = static_cast<int>(std::lround(mesh[i].x)), y = static_cast<int>(std::lround(mesh[i].y));
    for (int v = std::max(0, y - reach); v <= std::min(level.height() - 1, y + reach); ++v)
      for (int u = std::max(0, x - reach); u <= std::min(level.width() - 1, x + reach); ++u)
        cheeks.push_back(lightness_at(level, u, v));
  }
  if (cheeks.size() < kFewest) return 1;
  return (percentile(kWhites, &eyes) + 16) / (percentile(0.5f, &cheeks) + 16);
}

}  // namespace mien
