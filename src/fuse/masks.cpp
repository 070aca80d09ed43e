#include "fuse/masks.h"

#include <algorithm>
#include <span>

#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"

namespace mien {
namespace {

// All in face widths.
constexpr float kRim = 0.035f;           // alpha ends this far inside of the oval ...
constexpr float kFeather = 0.016f;       // ... with this blur
constexpr float kMouthFeather = 0.006f;
constexpr float kEyeFeather = 0.005f;
constexpr float kLipsMargin = 0.02f, kEyesMargin = 0.045f, kBrowsMargin = 0.02f;  // kept out of skin
constexpr float kFeatureFeather = 0.012f;

// A target pixel counts as covered from this probability of hair or an occluder, fully so from the second.
constexpr float kCoverFrom = 0.3f, kCoverTo = 0.7f;

using topology::Index;

float smoothstep(float low, float high, float x) {
  const float t = std::clamp((x - low) / (high - low), 0.0f, 1.0f);
  return t * t * (3 - 2 * t);
}

std::vector<Point2f> outline(const Mesh& mesh, std::span<const Index> indices) {
  std::vector<Point2f> out;
  for (Index i : indices) out.push_back({mesh[i].x, mesh[i].y});
  return out;
}

void draw(const Mesh& mesh, std::span<const Index> indices, float grow_px, Plane* mask) {
  fill_polygon(offset_polygon(outline(mesh, indices), grow_px), mask);
}

void clear(const Plane& like, Plane* mask) {
  mask->resize(like.width, like.height);
  mask->fill(0);
}

// Brows, eyes and lips of one mesh, grown by `margins` times its width.
void draw_features(const Mesh& mesh, float width, Plane* mask) {
  draw(mesh, topology::kOuterLips, kLipsMargin * width, mask);
  draw(mesh, topology::kRightEye, kEyesMargin * width, mask);
  draw(mesh, topology::kLeftEye, kEyesMargin * width, mask);
  draw(mesh, topology::kRightBrow, kBrowsMargin * width, mask);
  draw(mesh, topology::kLeftBrow, kBrowsMargin * width, mask);
}

}  // namespace

void draw_masks(const Mesh& fused, const Mesh& target, const WarpMaps& maps, const MaskHints& hints, float strength, FaceMasks* out) {
  const float width = face_width_px(target);
  for (Plane* mask : {&out->alpha, &out->skin, &out->features, &out->mouth, &out->right_eye, &out->left_eye}) clear(maps.depth, mask);

  draw(fused, topology::kInnerLips, 0, &out->mouth);
  gaussian_blur(&out->mouth, kMouthFeather * width, &out->scratch);
  draw(fused, topology::kRightEye, 0, &out->right_eye);
  draw(fused, topology::kLeftEye, 0, &out->left_eye);
  gaussian_blur(&out->right_eye, kEyeFeather * width, &out->scratch);
  gaussian_blur(&out->left_eye, kEyeFeather * width, &out->scratch);

  draw_features(fused, width, &out->features);
  Plane both = out->features;
  draw_features(target, width, &both);
  draw(target, topology::kOval, 0, &out->skin);
  draw(target, topology::kOval, -kRim * width, &out->alpha);
  gaussian_blur(&out->alpha, kFeather * width, &out->scratch);
  gaussian_blur(&out->features, kFeatureFeather * width, &out->scratch);
  const auto hint = [](const Plane* plane, std::size_t i, float unknown) { return plane ? plane->values[i] : unknown; };
  for (std::size_t i = 0; i < both.size(); ++i) {
    const float trust = maps.covered(i) ? hint(hints.trust, i, 1) : 0;
    const float uncovered = 1 - smoothstep(kCoverFrom, kCoverTo, hint(hints.target_cover, i, 0));
    out->skin.values[i] *= trust * uncovered * (1 - both.values[i]) * hint(hints.target_skin, i, 1);
    // A blur leaves dust far outside: cut it, so that untouched pixels stay untouched.
    const float soft = std::clamp(out->alpha.values[i] * 1.02f - 0.01f, 0.0f, 1.0f);
    out->alpha.values[i] = strength * soft * trust * uncovered * (1 - out->mouth.values[i]);
    out->mouth.values[i] *= uncovered;
    out->right_eye.values[i] *= uncovered;
    out->left_eye.values[i] *= uncovered;
  }
}

}  // namespace mien
