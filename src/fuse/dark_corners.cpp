#include "fuse/dark_corners.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/polygon.h"
#include "core/smoothstep.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/covers.h"
#include "fuse/outline.h"

namespace mien {
namespace {

using enum RegionClass;

constexpr float kOpenFrom = 0.015f, kOpenTo = 0.03f;           // of the face's width between the inner lips
constexpr float kAroundCorners = 0.055f, kFeather = 0.012f;    // in face widths
constexpr float kFloor = 0.6f, kDark = 0.5f, kNotDark = 0.8f;  // of the lips' mean brightness
constexpr int kUpperLip = 13, kLowerLip = 14;
constexpr std::array<int, 2> kCorners = {78, 308};  // of the inner lips

float light_of(const std::uint8_t* rgb) { return 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2]; }

// Beside the inner lips and around their corners, soft.
Plane draw_zone(const Mesh& mesh, float width_px, int width, int height) {
  Plane zone;
  zone.resize(width, height);
  zone.fill(0);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (const int corner : kCorners) {
        const float away =
            std::hypot(static_cast<float>(x) - mesh[corner].x, static_cast<float>(y) - mesh[corner].y) /
            width_px;
        zone.row(y)[x] =
            std::max(zone.row(y)[x], 1 - smoothstep(kAroundCorners - kFeather, kAroundCorners, away));
      }
  return zone;
}

// Mean brightness of what weighs.
float mean_light(const Plane& weight, const Image& level) {
  double sum = 0, area = 1e-6;
  for (std::size_t i = 0; i < weight.size(); ++i)
    sum += weight.values[i] * light_of(level.view().data + 4 * i), area += weight.values[i];
  return static_cast<float>(sum / area);
}

}  // namespace

void lighten_dark_corners(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                          Image* level) {
  const float width_px = face_width_px(mesh);
  const float opening =
      std::hypot(mesh[kUpperLip].x - mesh[kLowerLip].x, mesh[kUpperLip].y - mesh[kLowerLip].y);
  const float open = smoothstep(kOpenFrom, kOpenTo, opening / std::max(width_px, 1e-3f));
  if (!(open > 0)) return;
  Plane around, lips, dark = draw_zone(mesh, width_px, level->width(), level->height());
  regions.sample({kLip}, frame_from_level, level->width(), level->height(), &lips);
  const float lip_light = mean_light(lips, *level);
  if (!(lip_light > 1)) return;
  regions.sample({kLip, kSkin}, frame_from_level, level->width(), level->height(), &around);
  for (std::size_t i = 0; i < dark.size(); ++i) {
    const float light = light_of(level->view().data + 4 * i) / lip_light;
    const float is_dark = 1 - smoothstep(kDark, kNotDark, light);
    dark.values[i] *= open * std::clamp((kFloor - light) / (1 - std::min(light, 0.9f)), 0.0f, 1.0f);
    around.values[i] *= 1 - is_dark;
  }
  fill_in(dark, around, width_px, level);
}

}  // namespace mien
