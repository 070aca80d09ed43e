#include "fuse/mouth.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "fuse/mask_part.h"

namespace mien {
namespace {

constexpr float kNowhere = std::numeric_limits<float>::infinity();
constexpr float kMostGain = 1.6f;  // of a part that takes the fused face's colour

float bilinear(const float* plane, int width, int height, float x, float y) {
  const float px = std::clamp(x, 0.0f, static_cast<float>(width - 1)),
              py = std::clamp(y, 0.0f, static_cast<float>(height - 1));
  const int x0 = static_cast<int>(px), y0 = static_cast<int>(py), x1 = std::min(x0 + 1, width - 1),
            y1 = std::min(y0 + 1, height - 1);
  const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
  const auto at = [&](int u, int v) { return plane[static_cast<std::size_t>(v) * width + u]; };
  const float top = at(x0, y0) + fx * (at(x1, y0) - at(x0, y0)),
              bottom = at(x0, y1) + fx * (at(x1, y1) - at(x0, y1));
  return top + fy * (bottom - top);
}

// A part's triangles: the others need not be drawn.
void triangles_in(const MaskPart& part, const MovedFace& face, std::vector<RasterTriangle>* out) {
  const auto left = static_cast<float>(part.x0 - 1), right = static_cast<float>(part.x0 + part.width),
             top = static_cast<float>(part.y0 - 1), bottom = static_cast<float>(part.y0 + part.height);
  out->clear();
  for (const RasterTriangle& t : face.triangles) {
    const Point3f &a = face.fused[t[0]], &b = face.fused[t[1]], &c = face.fused[t[2]];
    if (std::max({a.x, b.x, c.x}) >= left && std::min({a.x, b.x, c.x}) <= right &&
        std::max({a.y, b.y, c.y}) >= top && std::min({a.y, b.y, c.y}) <= bottom)
      out->push_back(t);
  }
}

// Where the part's pixels lay before the shape was changed, canvas pixels.
struct PartMaps {
  Plane x, y, depth;
};

void draw_maps(const MaskPart& part, const MovedFace& face, PartMaps* out) {
  thread_local std::vector<RasterTriangle> triangles;  // scratch that keeps its memory
  triangles_in(part, face, &triangles);
  std::array<RasterVertex, kSurfacePoints> vertices;
  std::array<float, std::size_t{2} * kSurfacePoints> attributes;
  for (std::size_t i = 0; i < kSurfacePoints; ++i) {
    const Point3f& p = face.fused[i];
    vertices[i] = {p.x - static_cast<float>(part.x0), p.y - static_cast<float>(part.y0), p.z};
    attributes[2 * i] = face.target[i].x, attributes[2 * i + 1] = face.target[i].y;
  }
  for (Plane* plane : {&out->x, &out->y, &out->depth}) plane->resize(part.width, part.height);
  out->depth.fill(kNowhere);
  const std::array<float*, 2> planes = {out->x.values.data(), out->y.values.data()};
  rasterise(vertices, attributes, 2, triangles,
            {part.width, part.height, nullptr, out->depth.values.data(), planes});
}

// What the moved pixels are multiplied with to have the fused face's colour along the mask's soft edge,
// within limits.
std::array<float, 3> colour_gains(const PlanarRgb& target, const Plane& mask, const MaskPart& part,
                                  const PartMaps& maps, const Plane& alpha, const PlanarRgb& fused) {
  std::array<double, 3> moved{}, own{};
  for (int y = 0; y < part.height; ++y) {
    for (int x = 0; x < part.width; ++x) {
      const std::size_t i = static_cast<std::size_t>(part.y0 + y) * mask.width + part.x0 + x;
      const double weight = static_cast<double>(mask.values[i]) * (1 - mask.values[i]) * alpha.values[i];
      if (!(weight > 0) || !(maps.depth.row(y)[x] < kNowhere)) continue;
      for (int c = 0; c < 3; ++c) {
        own[c] += weight * fused.channel(c)[i];
        moved[c] += weight * bilinear(target.channel(c), target.width, target.height, maps.x.row(y)[x],
                                      maps.y.row(y)[x]);
      }
    }
  }
  std::array<float, 3> out{1, 1, 1};
  for (int c = 0; c < 3; ++c)
    if (moved[c] > 0) out[c] = std::clamp(static_cast<float>(own[c] / moved[c]), 1 / kMostGain, kMostGain);
  return out;
}

}  // namespace

void add_target_part(const PlanarRgb& target, const Plane& mask, const MovedFace& face, PartOption how,
                     Plane* alpha, PlanarRgb* fused) {
  const MaskPart part = part_with(mask);
  if (part.width == 0) return;
  thread_local PartMaps maps;  // scratch that keeps its memory
  draw_maps(part, face, &maps);
  const std::array<float, 3> gains =
      how.own_colour ? colour_gains(target, mask, part, maps, *alpha, *fused) : std::array<float, 3>{1, 1, 1};
  for (int y = 0; y < part.height; ++y) {
    for (int x = 0; x < part.width; ++x) {
      const std::size_t i = static_cast<std::size_t>(part.y0 + y) * mask.width + part.x0 + x;
      const float own = mask.values[i];
      if (!(own > 0) || !(maps.depth.row(y)[x] < kNowhere)) continue;
      // Composition over the target: the fused face with its alpha, then the moved part on top.
      const float below = alpha->values[i], inside = own * how.strength;
      const float total = inside + (1 - inside) * below;
      for (int c = 0; c < 3; ++c) {
        const float moved =
            bilinear(target.channel(c), target.width, target.height, maps.x.row(y)[x], maps.y.row(y)[x]);
        float& pixel = fused->channel(c)[i];
        pixel = total > 0
                    ? (inside * std::min(gains[c] * moved, 255.0f) + (1 - inside) * below * pixel) / total
                    : pixel;
      }
      alpha->values[i] = total;
    }
  }
}

void add_target_mouth(const PlanarRgb& target, const MovedFace& face, EyeChoice eyes, float strength,
                      FaceMasks* masks, PlanarRgb* fused) {
  add_target_part(target, masks->mouth, face, {strength}, &masks->alpha, fused);
  if (!eyes.right) add_target_part(target, masks->right_eye, face, {strength}, &masks->alpha, fused);
  if (!eyes.left) add_target_part(target, masks->left_eye, face, {strength}, &masks->alpha, fused);
}

}  // namespace mien
