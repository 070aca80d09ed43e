#include "fuse/lips.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/colour.h"

namespace mien {
namespace {

constexpr float kGapFrom = 6,
                kGapTo = 25;  // of L: nothing happens up to the first, kMostShare from the second
constexpr float kMostShare = 0.85f;
constexpr float kFeather = 0.008f;  // in face widths
constexpr float kSeen = 0.25f;      // alpha above which a pixel counts
constexpr std::size_t kFewestPixels = 12;

struct Patch {
  int x0, y0, x1, y1;
};

Patch patch_around(const Mesh& a, const Mesh& b, float margin, const Plane& like) {
  float low_x = 1e9f, low_y = 1e9f, high_x = -1e9f, high_y = -1e9f;
  for (const Mesh* mesh : {&a, &b}) {
    for (const topology::Index i : topology::kOuterLips) {
      low_x = std::min(low_x, (*mesh)[i].x), high_x = std::max(high_x, (*mesh)[i].x);
      low_y = std::min(low_y, (*mesh)[i].y), high_y = std::max(high_y, (*mesh)[i].y);
    }
  }
  const auto pixel = [](float v, int size) {
    return static_cast<int>(std::clamp(v, 0.0f, static_cast<float>(size)));
  };
  return {pixel(low_x - margin, like.width), pixel(low_y - margin, like.height),
          pixel(high_x + margin, like.width), pixel(high_y + margin, like.height)};
}

// 1 on the lips of the mesh, within the patch; the mouth's interior is left out.
void draw_lips(const Mesh& mesh, const Patch& patch, Plane* lips) {
  thread_local Plane inside;
  for (Plane* plane : {lips, &inside}) {
    plane->resize(patch.x1 - patch.x0, patch.y1 - patch.y0);
    plane->fill(0);
  }
  const auto outline = [&](std::span<const topology::Index> indices) {
    std::array<Point2f, topology::kOuterLips.size()> points;
    std::size_t n = 0;
    for (const topology::Index i : indices)
      points[n++] = {mesh[i].x - static_cast<float>(patch.x0), mesh[i].y - static_cast<float>(patch.y0)};
    return points;
  };
  static_assert(topology::kOuterLips.size() == topology::kInnerLips.size());
  fill_polygon(outline(topology::kOuterLips), lips);
  fill_polygon(outline(topology::kInnerLips), &inside);
  for (std::size_t i = 0; i < lips->size(); ++i) lips->values[i] *= 1 - inside.values[i];
}

Lab lab_at(const PlanarRgb& picture, std::size_t i) {
  return lab_from_linear({linear_from_srgb(picture.channel(0)[i]), linear_from_srgb(picture.channel(1)[i]),
                          linear_from_srgb(picture.channel(2)[i])});
}

// Calls use(index in the canvas, index in the patch) for every pixel of the patch.
template <class Use>
void for_patch(const Patch& patch, int width, Use use) {
  std::size_t k = 0;
  for (int y = patch.y0; y < patch.y1; ++y) {
    for (int x = patch.x0; x < patch.x1; ++x, ++k) use(static_cast<std::size_t>(y) * width + x, k);
  }
}

// Mean colour of the picture where the lips are seen; false with too few pixels.
bool mean_colour(const PlanarRgb& picture, const Plane& lips, const Plane& alpha, const Patch& patch,
                 Lab* out) {
  double l = 0, a = 0, b = 0;
  std::size_t n = 0;
  for_patch(patch, picture.width, [&](std::size_t i, std::size_t k) {
    if (lips.values[k] < 0.5f || alpha.values[i] < kSeen) return;
    const Lab c = lab_at(picture, i);
    l += c.l, a += c.a, b += c.b, ++n;
  });
  if (n < kFewestPixels) return false;
  const auto mean = [n](double sum) { return static_cast<float>(sum / static_cast<double>(n)); };
  *out = {mean(l), mean(a), mean(b)};
  return true;
}

}  // namespace

void match_lips(const PlanarRgb& target, const Mesh& fused_mesh, const Mesh& target_mesh,
                const FaceMasks& masks, float lightness_gap, PlanarRgb* picture) {
  const float share = kMostShare * smoothstep(kGapFrom, kGapTo, std::abs(lightness_gap));
  if (!(share > 0)) return;
  const float sigma = kFeather * face_width_px(target_mesh);
  const Patch patch = patch_around(fused_mesh, target_mesh, 4 * sigma + 2, masks.alpha);
  if (patch.x1 <= patch.x0 || patch.y1 <= patch.y0) return;
  thread_local Plane lips, target_lips;  // of the patch alone; scratch that keeps its memory
  draw_lips(fused_mesh, patch, &lips), draw_lips(target_mesh, patch, &target_lips);
  Lab own, wanted;
  if (!mean_colour(*picture, lips, masks.alpha, patch, &own) ||
      !mean_colour(target, target_lips, masks.alpha, patch, &wanted)) {
    return;
  }
  thread_local std::vector<float> line;
  gaussian_blur(&lips, sigma, &line);
  for_patch(patch, picture->width, [&](std::size_t i, std::size_t k) {
    const float w = share * lips.values[k];
    if (!(w > 0.004f) || !(masks.alpha.values[i] > 0)) return;
    const Lab c = lab_at(*picture, i);
    const LinearRgb rgb = linear_from_lab({std::clamp(c.l + w * (wanted.l - own.l), 0.0f, 100.0f),
                                           c.a + w * (wanted.a - own.a), c.b + w * (wanted.b - own.b)});
    picture->channel(0)[i] = srgb_from_linear(rgb.r);
    picture->channel(1)[i] = srgb_from_linear(rgb.g);
    picture->channel(2)[i] = srgb_from_linear(rgb.b);
  });
}

}  // namespace mien
