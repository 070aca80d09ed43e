#include "fuse/grey_moustache.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/luma.h"
#include "face/closed_mouth.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/colour.h"
#include "fuse/fast_math.h"

namespace mien {
namespace {

constexpr topology::Index kBetweenEyes = 168, kNoseBase = 2;
constexpr float kGrey = 0.2f, kSkinlike = 0.5f;  // redness, in shares of the cheeks'
constexpr float kLeastRedness = 0.05f;     // of the cheeks: below it the light decides, not what it falls on
constexpr float kCheeksFrom = 0.25f;       // of the way from between the eyes to the nose's base
constexpr float kBare = 0.5f, kDark = 20;  // share of skin; grey levels
constexpr float kShaved = 0.15f, kFullBeard = 0.35f;  // grey share of what is below the lips
constexpr std::size_t kFewest = 50, kStep = 7;        // samples of the cheeks; pixels from one to the next
constexpr float kSmoothSigma = 0.012f;           // in face widths: hairs are finer than what they make grey
constexpr float kClosed = 0.03f, kOpen = 0.08f;  // mouth_opening()
// The same of a mesh whose closed lips close_unseen_mouth() (face/closed_mouth.h) has not closed.
constexpr float kClosedAsSeen = 0.12f, kOpenAsSeen = 0.2f;
constexpr float kLeastSeen = 0.1f;  // of the place between nose and mouth: of less nothing is known
constexpr float kSomeHair = 0.2f, kMoustache = 0.4f;  // grey share of what is between nose and mouth

// How far red exceeds the luma, in shares of it.
void redness_of(const PlanarRgb& target, float face_px, Plane* redness) {
  Plane& out = *redness;
  out.resize(target.width, target.height);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const float rgb[] = {target.channel(0)[i], target.channel(1)[i], target.channel(2)[i]}, light = luma(rgb);
    out.values[i] = (rgb[0] - light) / std::max(light, kDark);
  }
  thread_local std::vector<float> line;  // scratch that keeps its memory
  gaussian_blur(&out, kSmoothSigma * face_px, &line);
}

// Heights along the nose, downwards: 0 between the eyes, 1 at its base. (FaceHeight's go to the forehead.)
struct NoseHeight {
  explicit NoseHeight(const Mesh& mesh)
      : top{mesh[kBetweenEyes].x, mesh[kBetweenEyes].y},
        down{mesh[kNoseBase].x - top.x, mesh[kNoseBase].y - top.y},
        per_length(1 / std::max(down.x * down.x + down.y * down.y, 1e-3f)) {}
  float of(const Point3f& p) const { return per_length * ((p.x - top.x) * down.x + (p.y - top.y) * down.y); }
  float of_pixel(std::size_t i, int width) const {
    const auto w = static_cast<std::size_t>(width);
    return of({static_cast<float>(i % w), static_cast<float>(i / w), 0});
  }
  Point2f top, down;
  float per_length;
};

// Whether a pixel is no further from the middle of the face than the corners of the mouth are.
struct MouthWidth {
  explicit MouthWidth(const Mesh& mesh)
      : right(mesh[topology::kMouthCorners[0]]),
        across{mesh[topology::kMouthCorners[1]].x - right.x, mesh[topology::kMouthCorners[1]].y - right.y},
        squared(across.x * across.x + across.y * across.y) {}
  bool holds(std::size_t i, int width) const {
    const auto w = static_cast<std::size_t>(width);
    const float along =
        (static_cast<float>(i % w) - right.x) * across.x + (static_cast<float>(i / w) - right.y) * across.y;
    return along >= 0 && along <= squared;
  }
  Point3f right;
  Point2f across;
  float squared;
};

}  // namespace

float take_out_grey_moustache(const PlanarRgb& target, const Mesh& mesh, Plane* skin) {
  const NoseHeight height(mesh);
  thread_local Plane redness;  // scratch, as is the next
  thread_local std::vector<float> cheeks;
  redness_of(target, face_width_px(mesh), &redness);
  cheeks.clear();
  for (std::size_t i = 0; i < skin->size(); i += kStep) {
    const float at = height.of_pixel(i, skin->width);
    if (skin->values[i] > kBare && at > kCheeksFrom && at < 1) cheeks.push_back(redness.values[i]);
  }
  if (cheeks.size() < kFewest) return 0;
  const auto middle = cheeks.begin() + static_cast<std::ptrdiff_t>(cheeks.size() / 2);
  std::nth_element(cheeks.begin(), middle, cheeks.end());
  if (!(*middle > kLeastRedness)) return 0;
  // 1 where it is skin, 0 where it is grey.
  const auto skinlike = [&](std::size_t i) {
    return smoothstep(kGrey, kSkinlike, redness.values[i] / *middle);
  };
  const float lips = height.of(mesh[topology::kUpperInnerLip]);
  float grey = 0, below = 1e-6f;
  for (std::size_t i = 0; i < skin->size(); i += kStep)
    if (height.of_pixel(i, skin->width) > lips)
      below += skin->values[i], grey += skin->values[i] * (1 - skinlike(i));
  const float moustache_alone = 1 - smoothstep(kShaved, kFullBeard, grey / below);
  if (!(moustache_alone > 0)) return 0;
  const MouthWidth mouth(mesh);
  float hair = 0, above_mouth = 1e-6f;
  for (std::size_t i = 0; i < skin->size(); ++i) {
    float& share = skin->values[i];
    if (!(share > 0)) continue;
    const float at = height.of_pixel(i, skin->width);
    if (!(at > 1 && at < lips)) continue;
    const float grey_here = 1 - skinlike(i);
    if (mouth.holds(i, skin->width)) hair += share * grey_here, above_mouth += share;
    share *= 1 - moustache_alone * grey_here;
  }
  const float place =
      (lips - 1) * std::sqrt(mouth.squared / height.per_length);  // pixels between nose and mouth
  return moustache_alone *
         smoothstep(kSomeHair, kMoustache, hair / std::max(above_mouth, kLeastSeen * place));
}

float bare_mouth(const Mesh& target, float moustache, bool lips_are_closed) {
  const float closed = lips_are_closed ? kClosed : kClosedAsSeen,
              open = lips_are_closed ? kOpen : kOpenAsSeen;
  return 1 - moustache * (1 - smoothstep(closed, open, mouth_opening(target)));
}

}  // namespace mien
