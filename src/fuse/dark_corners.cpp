#include "fuse/dark_corners.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/luma.h"
#include "core/smoothstep.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/colour.h"
#include "fuse/covers.h"

namespace mien {
namespace {

using enum RegionClass;

constexpr float kOpenFrom = 0.015f, kOpenTo = 0.03f;  // of the face's width between the inner lips
constexpr float kAroundCorners = 0.055f, kFeather = 0.012f, kMargin = 0.15f;  // in face widths
constexpr float kFloor = 0.6f, kDark = 0.5f, kNotDark = 0.8f;                 // of the lips' mean brightness
constexpr std::array<int, 2> kCorners = {78, 308};                            // of the inner lips

// Around the corners of the inner lips, soft.
Plane draw_zone(const Mesh& mesh, float width_px, int width, int height) {
  Plane zone;
  zone.resize(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      float away = kAroundCorners;
      for (const int corner : kCorners)
        away = std::min(
            away, std::hypot(static_cast<float>(x) - mesh[corner].x, static_cast<float>(y) - mesh[corner].y) /
                      width_px);
      zone.row(y)[x] = 1 - smoothstep(kAroundCorners - kFeather, kAroundCorners, away);
    }
  return zone;
}

// The part of the level that is looked at: the mouth.
struct Part {
  int x0, y0, width, height;
};

Part mouth_of(const Mesh& mesh, float width_px, const Image& level) {
  float low_x = mesh[kCorners[0]].x, high_x = low_x, low_y = mesh[kCorners[0]].y, high_y = low_y;
  for (const topology::Index i : topology::kOuterLips) {
    low_x = std::min(low_x, mesh[i].x), high_x = std::max(high_x, mesh[i].x);
    low_y = std::min(low_y, mesh[i].y), high_y = std::max(high_y, mesh[i].y);
  }
  const float margin = kMargin * width_px;
  const auto pixel = [](float v, int size) {
    return static_cast<int>(std::clamp(v, 0.0f, static_cast<float>(size)));
  };
  const int x0 = pixel(low_x - margin, level.width()), y0 = pixel(low_y - margin, level.height());
  return {x0, y0, pixel(high_x + margin, level.width()) - x0, pixel(high_y + margin, level.height()) - y0};
}

void copy_rows(const Image& from, int x0, int y0, Image* to, int to_x0, int to_y0, int width, int height) {
  for (int y = 0; y < height; ++y)
    std::copy_n(from.view().row(y0 + y) + 4 * x0, 4 * width, to->mutable_view().row(to_y0 + y) + 4 * to_x0);
}

// Mean brightness of what weighs; 0 where there is less of it than lips have.
float mean_light(const Plane& weight, float width_px, const Image& level) {
  double sum = 0, area = 0;
  for (std::size_t i = 0; i < weight.size(); ++i)
    sum += weight.values[i] * luma(level.view().data + 4 * i), area += weight.values[i];
  return area < kLeastLips * width_px * width_px ? 0 : static_cast<float>(sum / area);
}

void lighten(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh, float open,
             Image* level) {
  const float width_px = face_width_px(mesh);
  Plane around, lips, dark = draw_zone(mesh, width_px, level->width(), level->height());
  regions.sample({kLip}, frame_from_level, level->width(), level->height(), &lips);
  const float lip_light = mean_light(lips, width_px, *level);
  if (!(lip_light > 1)) return;
  regions.sample({kLip, kSkin}, frame_from_level, level->width(), level->height(), &around);
  for (std::size_t i = 0; i < dark.size(); ++i) {
    const float light = luma(level->view().data + 4 * i) / lip_light;
    dark.values[i] *= open * std::clamp((kFloor - light) / (1 - std::min(light, 0.9f)), 0.0f, 1.0f);
    around.values[i] *= smoothstep(kDark, kNotDark, light);
  }
  fill_in(dark, around, width_px, level);
}

}  // namespace

void lighten_dark_corners(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                          Image* level) {
  const float width_px = face_width_px(mesh);
  const Point3f &upper = mesh[topology::kUpperInnerLip], &lower = mesh[topology::kLowerInnerLip];
  const float open = smoothstep(kOpenFrom, kOpenTo,
                                std::hypot(upper.x - lower.x, upper.y - lower.y) / std::max(width_px, 1.0f));
  const Part part = mouth_of(mesh, width_px, *level);
  if (!(open > 0) || part.width < 2 || part.height < 2) return;
  Image mouth(part.width, part.height, PixelFormat::kRgba8);
  copy_rows(*level, part.x0, part.y0, &mouth, 0, 0, part.width, part.height);
  const auto x0 = static_cast<float>(part.x0), y0 = static_cast<float>(part.y0);
  lighten(regions, compose(frame_from_level, {1, 0, x0, 0, 1, y0}), transformed(mesh, {1, 0, -x0, 0, 1, -y0}),
          open, &mouth);
  copy_rows(mouth, 0, 0, level, part.x0, part.y0, part.width, part.height);
}

}  // namespace mien
