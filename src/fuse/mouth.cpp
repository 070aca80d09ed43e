#include "fuse/mouth.h"

#include <algorithm>

namespace mien {
namespace {

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

}  // namespace

void add_target_mouth(const PlanarRgb& target, const WarpMaps& maps, EyeChoice eyes, float strength,
                      FaceMasks* masks, PlanarRgb* fused) {
  for (std::size_t i = 0; i < target.plane(); ++i) {
    if (!maps.covered(i)) continue;
    float own = masks->mouth.values[i];
    if (!eyes.right) own = std::max(own, masks->right_eye.values[i]);
    if (!eyes.left) own = std::max(own, masks->left_eye.values[i]);
    if (!(own > 0)) continue;
    // Composition over the target: the fused face with its alpha, then the moved interior on top.
    const float alpha = masks->alpha.values[i], inside = own * strength;
    const float total = inside + (1 - inside) * alpha;
    for (int c = 0; c < 3; ++c) {
      const float moved = bilinear(target.channel(c), target.width, target.height, maps.target_x.values[i],
                                   maps.target_y.values[i]);
      float& pixel = fused->channel(c)[i];
      pixel = total > 0 ? (inside * moved + (1 - inside) * alpha * pixel) / total : pixel;
    }
    masks->alpha.values[i] = total;
  }
}

}  // namespace mien
