#include "fuse/forehead_edges.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/luma.h"
#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/coarse_blur.h"
#include "fuse/fast_math.h"
#include "fuse/forehead.h"
#include "fuse/masked_blur.h"
#include "fuse/outline.h"

namespace mien {
namespace {

// In face widths.
constexpr float kLowSigma = 0.05f, kStepSigma = 0.025f, kAroundSigma = 0.02f;
// By so much of the brightness two blurs differ at an edge; on skin, with or without wrinkles, by less.
constexpr float kStepFrom = 0.013f, kStepTo = 0.03f;
constexpr float kRoom = 0.15f;                 // around the forehead, in face widths, for the blurs
constexpr float kLowest = 0.4f, kFull = 0.7f;  // heights on the face (FaceHeight)
constexpr float kFewestLight = 8;              // of 255

// The part of a picture that the forehead's upper part lies in, with room for the blurs; width 0: none.
struct Area {
  int x0 = 0, y0 = 0, width = 0, height = 0;
};

Area area_of(const std::vector<Point2f>& around, const FaceHeight& up, float width_px, const Image& level) {
  float low_x = std::numeric_limits<float>::infinity(), low_y = low_x, high_x = -low_x, high_y = -low_x;
  for (const Point2f& p : around) {
    if (!(up.at(p.x, p.y) > kLowest)) continue;
    low_x = std::min(low_x, p.x), high_x = std::max(high_x, p.x);
    low_y = std::min(low_y, p.y), high_y = std::max(high_y, p.y);
  }
  if (!(low_x <= high_x && low_y <= high_y)) return {};
  const float room = kRoom * width_px;
  const auto pixel = [](float v, int size) {
    return static_cast<int>(std::clamp(v, 0.0f, static_cast<float>(size)));
  };
  const int x0 = pixel(low_x - room, level.width()), y0 = pixel(low_y - room, level.height());
  return {x0, y0, pixel(high_x + room + 1, level.width()) - x0,
          pixel(high_y + room + 1, level.height()) - y0};
}

// 1 on the forehead above the mesh.
Plane draw_upper_forehead(const Mesh& mesh, int width, int height) {
  Plane out, below;
  for (Plane* plane : {&out, &below}) plane->resize(width, height), plane->fill(0);
  fill_polygon(outline_with_forehead(mesh), &out);
  fill_polygon(outline(mesh, topology::kOval), &below);
  const FaceHeight up(mesh);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      out.row(y)[x] *= (1 - below.row(y)[x]) *
                       smoothstep(kLowest, kFull, up.at(static_cast<float>(x), static_cast<float>(y)));
  return out;
}

}  // namespace

void distrust_forehead_edges(const Mesh& mesh, Image* level) {
  const float width_px = face_width_px(mesh);
  const Area area = area_of(outline_with_forehead(mesh), FaceHeight(mesh), width_px, *level);
  if (area.width < 2 || area.height < 2) return;
  const Affine shift{1, 0, -static_cast<float>(area.x0), 0, 1, -static_cast<float>(area.y0)};
  const Plane where = draw_upper_forehead(transformed(mesh, shift), area.width, area.height);
  Plane trust, light, low, step;
  trust.resize(area.width, area.height), light.resize(area.width, area.height);
  const MutableImageView pixels = level->mutable_view();
  const auto pixel = [&](int x, int y) {
    return pixels.row(area.y0 + y) + std::ptrdiff_t{4} * (area.x0 + x);
  };
  for (int y = 0; y < area.height; ++y)
    for (int x = 0; x < area.width; ++x) {
      const std::uint8_t* p = pixel(x, y);
      light.row(y)[x] = std::max(luma(p), kFewestLight);
      trust.row(y)[x] = static_cast<float>(p[3]) / 255;
    }
  MaskedBlurScratch scratch;
  MaskedBlur(trust, std::max(1.0f, kLowSigma * width_px), &scratch).apply(light, &low);
  MaskedBlur(trust, std::max(1.0f, kStepSigma * width_px), &scratch).apply(light, &step);
  for (std::size_t i = 0; i < step.size(); ++i)  // both are 0 where nothing is trusted
    step.values[i] = trust.values[i] * where.values[i] *
                     std::abs(step.values[i] / std::max(low.values[i], kFewestLight) - 1);
  CoarseBlurScratch coarse;
  blur_coarsely(kAroundSigma * width_px, &coarse, &step);
  for (int y = 0; y < area.height; ++y)
    for (int x = 0; x < area.width; ++x) {
      const float edge = where.row(y)[x] * smoothstep(kStepFrom, kStepTo, step.row(y)[x]);
      pixel(x, y)[3] = static_cast<std::uint8_t>(255 * trust.row(y)[x] * (1 - edge) + 0.5f);
    }
}

}  // namespace mien
