#include "fuse/eyes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "face/crop.h"
#include "face/topology.h"
#include "fuse/mask_part.h"
#include "fuse/sampler.h"

namespace mien {
namespace {

using topology::Index;

struct Eye {
  Index iris;
  std::array<Index, 2> corners;
};
constexpr Eye kRight{topology::kRightIris, topology::kRightEyeCorners},
    kLeft{topology::kLeftIris, topology::kLeftEyeCorners};

// Source level-0 pixels from canvas pixels: iris centre onto iris centre, turned and scaled as the eye's
// corners are. Corners are surer than the iris's ring, and people's irises differ little in size.
Affine source_from_canvas(const Mesh& source, const Mesh& fused, const Eye& eye) {
  const auto direction = [&](const Mesh& mesh) {
    return Point2f{mesh[eye.corners[1]].x - mesh[eye.corners[0]].x,
                   mesh[eye.corners[1]].y - mesh[eye.corners[0]].y};
  };
  const Point2f s = direction(source), f = direction(fused);
  const float length = std::max(f.x * f.x + f.y * f.y, 1e-3f);
  const float a = (s.x * f.x + s.y * f.y) / length, b = (s.y * f.x - s.x * f.y) / length;
  const Point3f &from = fused[eye.iris], &to = source[eye.iris];
  return {a, -b, to.x - a * from.x + b * from.y, b, a, to.y - b * from.x - a * from.y};
}

void place(const SourceTexture& texture, const Mesh& fused, const Eye& eye, const Plane& mask,
           EyesScratch* scratch, PlanarRgb* warped) {
  const MaskPart part = part_with(mask);
  if (part.width == 0) return;
  const int level = best_level(texture, fused);
  const Affine to_level = compose(level_from_base(level), source_from_canvas(texture.mesh, fused, eye));
  Plane &map_x = scratch->map_x, &map_y = scratch->map_y;
  map_x.resize(part.width, part.height), map_y.resize(part.width, part.height);
  for (int y = 0; y < part.height; ++y) {
    const float* share = mask.row(part.y0 + y) + part.x0;
    for (int x = 0; x < part.width; ++x) {
      const Point2f p = to_level({static_cast<float>(part.x0 + x), static_cast<float>(part.y0 + y)});
      map_x.row(y)[x] = share[x] > 0 ? p.x : std::numeric_limits<float>::quiet_NaN();
      map_y.row(y)[x] = p.y;
    }
  }
  PlanarRgb& eyeball = scratch->eyeball;
  eyeball.resize(part.width, part.height);
  sample_bicubic(texture.levels[level].view(), {map_x, map_y}, 0, part.height, &eyeball);
  for (int y = 0; y < part.height; ++y) {
    const std::size_t from = static_cast<std::size_t>(y) * part.width,
                      to = static_cast<std::size_t>(part.y0 + y) * mask.width + part.x0;
    const float* share = mask.values.data() + to;
    for (int c = 0; c < 3; ++c) {
      const float* ball = eyeball.channel(c) + from;
      float* pixel = warped->channel(c) + to;
      for (int x = 0; x < part.width; ++x) pixel[x] += share[x] > 0 ? share[x] * (ball[x] - pixel[x]) : 0;
    }
  }
}

}  // namespace

EyeChoice choose_eyes(const SourceTexture& texture, const Mesh& target, float least_share) {
  const auto own = eye_openings(texture.mesh), openings = eye_openings(target);
  const bool open[2] = {openings[0] >= kClosedEyeOpening, openings[1] >= kClosedEyeOpening};
  const auto fills = [&](bool is_open, std::size_t eye) {
    return is_open && own[eye] >= least_share * openings[eye];
  };
  const bool right = fills(texture.right_eye_open, 0), left = fills(texture.left_eye_open, 1);
  // Lids would not match; in clips, where lids come and go, of a source that has just one it is never shown.
  const bool in_clip = !(least_share > 0);
  if (in_clip && texture.right_eye_open != texture.left_eye_open) return {};
  if (!in_clip && open[0] && open[1] && right != left) return {};
  return {right && open[0], left && open[1]};
}

void place_eyes(const SourceTexture& texture, const Mesh& fused, const FaceMasks& masks, EyeChoice choice,
                EyesScratch* scratch, PlanarRgb* warped) {
  if (choice.right) place(texture, fused, kRight, masks.right_eye, scratch, warped);
  if (choice.left) place(texture, fused, kLeft, masks.left_eye, scratch, warped);
}

}  // namespace mien
