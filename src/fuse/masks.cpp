#include "fuse/masks.h"

#include <algorithm>
#include <limits>
#include <span>

#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/fast_math.h"
#include "fuse/mask_part.h"

namespace mien {
namespace {

// All in face widths.
constexpr float kRim = 0.0045f;     // alpha ends this far inside of the oval ...
constexpr float kFeather = 0.016f;  // ... with this blur
constexpr float kMouthFeather = 0.006f;
constexpr float kEyeFeather = 0.005f;
constexpr float kLipsMargin = 0.02f, kEyesMargin = 0.045f, kBrowsMargin = 0.02f;  // kept out of skin
constexpr float kFeatureFeather = 0.012f;

using topology::Index;

// Valid until the next call on this thread.
std::vector<Point2f>& outline(const Mesh& mesh, std::span<const Index> indices) {
  thread_local std::vector<Point2f> out;
  out.clear();
  for (Index i : indices) out.push_back({mesh[i].x, mesh[i].y});
  return out;
}

void draw(const Mesh& mesh, std::span<const Index> indices, float grow_px, Plane* mask) {
  thread_local std::vector<Point2f> grown;
  offset_polygon(outline(mesh, indices), grow_px, &grown);
  fill_polygon(grown, mask);
}

// The part with a blurred edge, drawn on a patch that is just large enough. `mask` is 0 there before.
void draw_soft(const Mesh& mesh, std::span<const Index> indices, float sigma_px, std::vector<float>* scratch,
               Plane* mask) {
  std::vector<Point2f>& points = outline(mesh, indices);
  float low_x = points[0].x, low_y = points[0].y, high_x = low_x, high_y = low_y;
  for (const Point2f& p : points) {
    low_x = std::min(low_x, p.x), high_x = std::max(high_x, p.x), low_y = std::min(low_y, p.y),
    high_y = std::max(high_y, p.y);
  }
  const float margin = 4 * sigma_px + 3;
  const auto pixel = [](float v, int size) {
    return static_cast<int>(std::clamp(v, 0.0f, static_cast<float>(size)));
  };
  const int x0 = pixel(low_x - margin, mask->width), y0 = pixel(low_y - margin, mask->height);
  thread_local Plane patch;
  patch.resize(pixel(high_x + margin, mask->width) - x0, pixel(high_y + margin, mask->height) - y0);
  patch.fill(0);
  if (patch.size() == 0) return;
  for (Point2f& p : points) p.x -= static_cast<float>(x0), p.y -= static_cast<float>(y0);
  fill_polygon(points, &patch);
  gaussian_blur(&patch, sigma_px, scratch);
  for (int y = 0; y < patch.height; ++y) std::copy_n(patch.row(y), patch.width, mask->row(y0 + y) + x0);
}

// Brows, eyes and lips of one mesh, grown by `margins` times its width.
void draw_features(const Mesh& mesh, float width, Plane* mask) {
  draw(mesh, topology::kOuterLips, kLipsMargin * width, mask);
  draw(mesh, topology::kRightEye, kEyesMargin * width, mask);
  draw(mesh, topology::kLeftEye, kEyesMargin * width, mask);
  draw(mesh, topology::kRightBrow, kBrowsMargin * width, mask);
  draw(mesh, topology::kLeftBrow, kBrowsMargin * width, mask);
}

// What the mask's pixels are made of, n of each.
struct MaskRow {
  const float *depth, *trust, *cover, *target_skin, *both;
  float *skin, *alpha, *mouth, *right_eye, *left_eye;
};

MIEN_SIMD_CLONES
void finish_row(const MaskRow row, int n) {
  const float *depth = row.depth, *cover = row.cover;
  float* __restrict skin = row.skin, * __restrict alpha = row.alpha, * __restrict mouth = row.mouth, * __restrict right_eye = row.right_eye, * __restrict left_eye = row.left_eye;
  for (int i = 0; i < n; ++i) {
    const float trust = depth[i] < std::numeric_limits<float>::infinity() ? row.trust[i] : 0;
    const float uncovered = uncovered_share(cover[i]);
    skin[i] *= trust * uncovered * (1 - row.both[i]) * row.target_skin[i];
    // A blur leaves dust far outside: cut it, so that untouched pixels stay untouched.
    const float soft = std::clamp(alpha[i] * 1.02f - 0.01f, 0.0f, 1.0f);
    alpha[i] = soft * trust * uncovered * (1 - mouth[i]);
    mouth[i] *= uncovered, right_eye[i] *= uncovered, left_eye[i] *= uncovered;
  }
}

}  // namespace

void draw_mask_shapes(const Mesh& fused, const Mesh& target, int width, int height, FaceMasks* out) {
  const float face_px = face_width_px(target);
  for (Plane* mask :
       {&out->alpha, &out->skin, &out->features, &out->mouth, &out->right_eye, &out->left_eye}) {
    mask->resize(width, height);
    mask->fill(0);
  }
  draw_soft(fused, topology::kInnerLips, kMouthFeather * face_px, &out->scratch, &out->mouth);
  draw_soft(fused, topology::kRightEye, kEyeFeather * face_px, &out->scratch, &out->right_eye);
  draw_soft(fused, topology::kLeftEye, kEyeFeather * face_px, &out->scratch, &out->left_eye);

  draw_features(fused, face_px, &out->features);
  out->both = out->features;
  draw_features(target, face_px, &out->both);
  draw(target, topology::kOval, 0, &out->skin);
  draw(target, topology::kOval, -kRim * face_px, &out->alpha);
  gaussian_blur(&out->alpha, kFeather * face_px, &out->scratch);
  blur_part(&out->features, kFeatureFeather * face_px, &out->scratch);
}

void finish_masks(const WarpMaps& maps, const MaskHints& hints, FaceMasks* out) {
  const Plane& both = out->both;
  thread_local std::vector<float> ones, zeros;  // what is not known
  ones.assign(static_cast<std::size_t>(both.width), 1), zeros.assign(ones.size(), 0);
  for (int y = 0; y < both.height; ++y) {
    const auto known = [y](const Plane* plane, const std::vector<float>& unknown) {
      return plane ? plane->row(y) : unknown.data();
    };
    finish_row({maps.depth.row(y), known(hints.trust, ones), known(hints.target_cover, zeros),
                known(hints.target_skin, ones), both.row(y), out->skin.row(y), out->alpha.row(y),
                out->mouth.row(y), out->right_eye.row(y), out->left_eye.row(y)},
               both.width);
  }
}

void draw_masks(const Mesh& fused, const Mesh& target, const WarpMaps& maps, const MaskHints& hints,
                FaceMasks* out) {
  draw_mask_shapes(fused, target, maps.depth.width, maps.depth.height, out);
  finish_masks(maps, hints, out);
}

}  // namespace mien
