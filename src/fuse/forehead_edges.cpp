#include "fuse/forehead_edges.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
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
constexpr float kLowest = 0.4f, kFull = 0.7f;  // heights on the face (FaceHeight)
constexpr float kFewestLight = 8;              // of 255

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
  const Plane where = draw_upper_forehead(mesh, level->width(), level->height());
  Plane trust = where, light = where, low, step;
  std::uint8_t* pixels = level->mutable_view().data;
  for (std::size_t i = 0; i < light.size(); ++i) {
    const std::uint8_t* p = pixels + 4 * i;
    light.values[i] = std::max(0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2], kFewestLight);
    trust.values[i] = static_cast<float>(p[3]) / 255;
  }
  MaskedBlurScratch scratch;
  MaskedBlur(trust, std::max(1.0f, kLowSigma * width_px), &scratch).apply(light, &low);
  MaskedBlur(trust, std::max(1.0f, kStepSigma * width_px), &scratch).apply(light, &step);
  for (std::size_t i = 0; i < step.size(); ++i)
    step.values[i] = trust.values[i] * where.values[i] * std::abs(step.values[i] / low.values[i] - 1);
  gaussian_blur(&step, kAroundSigma * width_px, &scratch.line);
  for (std::size_t i = 0; i < step.size(); ++i) {
    const float edge = where.values[i] * smoothstep(kStepFrom, kStepTo, step.values[i]);
    pixels[4 * i + 3] = static_cast<std::uint8_t>(255 * trust.values[i] * (1 - edge) + 0.5f);
  }
}

}  // namespace mien
