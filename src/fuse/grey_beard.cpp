#include "fuse/grey_beard.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "face/crop.h"
#include "face/topology.h"
#include "fuse/fast_math.h"

namespace mien {
namespace {

constexpr topology::Index kBetweenEyes = 168, kNoseBase = 2;
constexpr float kGrey = 0.35f, kSkinlike = 0.65f;  // redness, in shares of the cheeks'
constexpr float kLeastRedness = 0.05f;     // of the cheeks: below it the light decides, not what it falls on
constexpr float kCheeksFrom = 0.25f;       // of the way from between the eyes to the nose's base
constexpr float kBare = 0.5f, kDark = 20;  // share of skin; grey levels
constexpr std::size_t kFewest = 50, kStep = 7;  // samples of the cheeks; pixels from one to the next
constexpr float kSmoothSigma = 0.012f;          // in face widths: hairs are finer than what they make grey

// How far red exceeds the luma, in shares of it.
Plane redness_of(const PlanarRgb& target, float face_px) {
  Plane out;
  out.resize(target.width, target.height);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const float red = target.channel(0)[i],
                light = 0.299f * red + 0.587f * target.channel(1)[i] + 0.114f * target.channel(2)[i];
    out.values[i] = (red - light) / std::max(light, kDark);
  }
  std::vector<float> line;
  gaussian_blur(&out, kSmoothSigma * face_px, &line);
  return out;
}

// Heights on the face: 0 between the eyes, 1 at the nose's base.
struct NoseHeight {
  explicit NoseHeight(const Mesh& mesh)
      : top{mesh[kBetweenEyes].x, mesh[kBetweenEyes].y},
        down{mesh[kNoseBase].x - top.x, mesh[kNoseBase].y - top.y},
        per_length(1 / std::max(down.x * down.x + down.y * down.y, 1e-3f)) {}
  float at(int x, int y) const {
    return per_length * ((static_cast<float>(x) - top.x) * down.x + (static_cast<float>(y) - top.y) * down.y);
  }
  Point2f top, down;
  float per_length;
};

}  // namespace

void take_out_grey_beard(const PlanarRgb& target, const Mesh& mesh, Plane* skin) {
  const NoseHeight height(mesh);
  const Plane redness = redness_of(target, face_width_px(mesh));
  std::vector<float> cheeks;
  for (std::size_t i = 0; i < skin->size(); i += kStep) {
    const auto width = static_cast<std::size_t>(skin->width);
    const float at = height.at(static_cast<int>(i % width), static_cast<int>(i / width));
    if (skin->values[i] > kBare && at > kCheeksFrom && at < 1) cheeks.push_back(redness.values[i]);
  }
  if (cheeks.size() < kFewest) return;
  const auto middle = cheeks.begin() + static_cast<std::ptrdiff_t>(cheeks.size() / 2);
  std::nth_element(cheeks.begin(), middle, cheeks.end());
  if (!(*middle > kLeastRedness)) return;
  for (int y = 0; y < skin->height; ++y) {
    for (int x = 0; x < skin->width; ++x) {
      if (skin->row(y)[x] > 0 && height.at(x, y) > 1)
        skin->row(y)[x] *= smoothstep(kGrey, kSkinlike, redness.row(y)[x] / *middle);
    }
  }
}

}  // namespace mien
