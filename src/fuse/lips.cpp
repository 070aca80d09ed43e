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

// The picture's colours within the patch.
void patch_lab(const PlanarRgb& picture, const Patch& patch, LabPlanes* out) {
  const int width = patch.x1 - patch.x0;
  const auto n = static_cast<std::size_t>(width);
  thread_local std::vector<float> linear;  // scratch that keeps its memory
  linear.resize(3 * n);
  for (Plane* plane : {&out->l, &out->a, &out->b}) plane->resize(width, patch.y1 - patch.y0);
  for (int y = 0; y < out->l.height; ++y) {
    const std::size_t at = static_cast<std::size_t>(patch.y0 + y) * picture.width + patch.x0;
    for (int c = 0; c < 3; ++c) linear_from_srgb(picture.channel(c) + at, n, linear.data() + c * n);
    lab_from_linear({linear.data(), linear.data() + n, linear.data() + 2 * n}, n, out->l.row(y),
                    out->a.row(y), out->b.row(y));
  }
}

// Mean colour of the patch where the lips are seen; false with too few pixels.
bool mean_colour(const LabPlanes& lab, const Plane& lips, const Plane& alpha, const Patch& patch, Lab* out) {
  double l = 0, a = 0, b = 0;
  std::size_t n = 0;
  for (int y = 0; y < lips.height; ++y) {
    const float *share = lips.row(y), *seen = alpha.row(patch.y0 + y) + patch.x0;
    for (int x = 0; x < lips.width; ++x) {
      if (share[x] < 0.5f || seen[x] < kSeen) continue;
      l += lab.l.row(y)[x], a += lab.a.row(y)[x], b += lab.b.row(y)[x], ++n;
    }
  }
  if (n < kFewestPixels) return false;
  const auto mean = [n](double sum) { return static_cast<float>(sum / static_cast<double>(n)); };
  *out = {mean(l), mean(a), mean(b)};
  return true;
}

// A row of the patch: its colours, how far lips are there, and the picture's pixels.
struct LipRow {
  const float *l, *a, *b, *lips, *alpha;
  float *red, *green, *blue;
};

constexpr int kBlock = 64;  // pixels done together

// Moves the colours of n <= kBlock pixels by `step`, as far as `share` and the lips' mask say.
MIEN_SIMD_CLONES
void move_colours(const LipRow row, const Lab step, float share, int n) {
  float red[kBlock], green[kBlock], blue[kBlock];
  for (int x = 0; x < n; ++x) {
    const float w = share * row.lips[x];
    const LinearRgb rgb = linear_from_lab(
        {std::clamp(row.l[x] + w * step.l, 0.0f, 100.0f), row.a[x] + w * step.a, row.b[x] + w * step.b});
    red[x] = srgb_from_linear(rgb.r), green[x] = srgb_from_linear(rgb.g), blue[x] = srgb_from_linear(rgb.b);
  }
  for (int x = 0; x < n; ++x) {
    if (!(share * row.lips[x] > 0.004f && row.alpha[x] > 0)) continue;
    row.red[x] = red[x], row.green[x] = green[x], row.blue[x] = blue[x];
  }
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
  thread_local LabPlanes lab, target_lab;
  patch_lab(*picture, patch, &lab), patch_lab(target, patch, &target_lab);
  Lab own, wanted;
  if (!mean_colour(lab, lips, masks.alpha, patch, &own) ||
      !mean_colour(target_lab, target_lips, masks.alpha, patch, &wanted)) {
    return;
  }
  thread_local std::vector<float> line;
  gaussian_blur(&lips, sigma, &line);
  for (int y = 0; y < lips.height; ++y) {
    const std::size_t at = static_cast<std::size_t>(patch.y0 + y) * picture->width + patch.x0;
    for (int x = 0; x < lips.width; x += kBlock) {
      const std::size_t i = at + static_cast<std::size_t>(x);
      move_colours({lab.l.row(y) + x, lab.a.row(y) + x, lab.b.row(y) + x, lips.row(y) + x,
                    masks.alpha.values.data() + i, picture->channel(0) + i, picture->channel(1) + i,
                    picture->channel(2) + i},
                   {wanted.l - own.l, wanted.a - own.a, wanted.b - own.b}, share,
                   std::min(kBlock, lips.width - x));
    }
  }
}

}  // namespace mien
