#include "face/kept_lids.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/smoothstep.h"
#include "face/lids.h"

namespace mien {
namespace {

// The target's opening over the fused one: less is a blink, more another shape.
constexpr float kClosing = 0.75f, kShape = 0.95f;
constexpr float kOfUpper = 0.9f;  // of what the gap gets narrower by

float distance(const Point3f& a, const Point3f& b) { return std::hypot(a.x - b.x, a.y - b.y); }

// Gaps between the lids in eye widths.
std::array<float, 7> gaps(const Mesh& mesh, const Lids& eye) {
  const float width = std::max(distance(mesh[eye.corners[0]], mesh[eye.corners[1]]), 1e-3f);
  std::array<float, 7> out{};
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = distance(mesh[eye.upper[k]], mesh[eye.lower[k]]) / width;
  return out;
}

void keep_lids(const Lids& eye, const Mesh& target, Mesh* fused) {
  const auto wanted = gaps(target, eye), found = gaps(*fused, eye);
  float wanted_sum = 0, found_sum = 0;
  for (std::size_t k = 0; k < found.size(); ++k) wanted_sum += wanted[k], found_sum += found[k];
  const float by = 1 - smoothstep(kClosing, kShape, wanted_sum / std::max(found_sum, 1e-6f));
  if (!(by > 0)) return;
  for (std::size_t k = 0; k < found.size(); ++k) {
    Point3f &upper = (*fused)[eye.upper[k]], &lower = (*fused)[eye.lower[k]];
    const float narrower = by * std::max(0.0f, 1 - wanted[k] / std::max(found[k], 1e-6f));
    const float dx = lower.x - upper.x, dy = lower.y - upper.y, dz = lower.z - upper.z;
    const float down = kOfUpper * narrower, up = (1 - kOfUpper) * narrower;
    upper = {upper.x + down * dx, upper.y + down * dy, upper.z + down * dz};
    lower = {lower.x - up * dx, lower.y - up * dy, lower.z - up * dz};
  }
}

}  // namespace

void keep_lids(const Mesh& target, Mesh* fused) {
  for (const Lids& eye : kLids) keep_lids(eye, target, fused);
}

}  // namespace mien
