#include "fuse/eyes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "face/crop.h"
#include "face/topology.h"
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
  const int level = best_level(texture, fused);
  const float k = std::ldexp(1.0f, -level);
  const Affine to_level = compose(Affine{k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f},
                                  source_from_canvas(texture.mesh, fused, eye));
  Plane &map_x = scratch->map_x, &map_y = scratch->map_y;
  map_x.resize(mask.width, mask.height), map_y.resize(mask.width, mask.height);
  map_x.fill(std::numeric_limits<float>::quiet_NaN());
  int first = mask.height, last = -1;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (!(mask.row(y)[x] > 0)) continue;
      const Point2f p = to_level({static_cast<float>(x), static_cast<float>(y)});
      map_x.row(y)[x] = p.x, map_y.row(y)[x] = p.y;
      first = std::min(first, y), last = y;
    }
  }
  if (last < first) return;
  PlanarRgb& eyeball = scratch->eyeball;
  eyeball.resize(mask.width, mask.height);
  sample_bicubic(texture.levels[level].view(), {map_x, map_y}, first, last + 1, &eyeball);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const float a = mask.values[i];
    if (!(a > 0)) continue;
    for (int c = 0; c < 3; ++c) warped->channel(c)[i] += a * (eyeball.channel(c)[i] - warped->channel(c)[i]);
  }
}

}  // namespace

EyeChoice choose_eyes(const SourceTexture& texture, const Mesh& target) {
  const auto openings = eye_openings(target);
  return {texture.right_eye_open && openings[0] >= kClosedEyeOpening,
          texture.left_eye_open && openings[1] >= kClosedEyeOpening};
}

void place_eyes(const SourceTexture& texture, const Mesh& fused, const FaceMasks& masks, EyeChoice choice,
                EyesScratch* scratch, PlanarRgb* warped) {
  if (choice.right) place(texture, fused, kRight, masks.right_eye, scratch, warped);
  if (choice.left) place(texture, fused, kLeft, masks.left_eye, scratch, warped);
}

}  // namespace mien
