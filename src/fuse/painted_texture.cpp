#include "fuse/painted_texture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/luma.h"
#include "core/smoothstep.h"
#include "face/crop.h"
#include "fuse/colour.h"
#include "fuse/forehead.h"
#include "fuse/masked_blur.h"
#include "fuse/robust.h"

namespace mien {
namespace {

constexpr float kFineSigma = 0.016f;  // in face widths: what is coarser the network paints
constexpr float kPaintedFrom = 0.2f, kPaintedTo = 0.6f, kBareBelow = 0.02f;  // shares
constexpr std::array<float, 3> kBelow = {0.2f, 0.26f, 0.32f};  // in face widths: the first where skin is bare
constexpr float kMostSpreads = 2;  // of the texture: what differs more is a line, a mole or an edge

// What is finer than kFineSigma on bare skin, 0 elsewhere.
Plane fine_texture(const Image& level, const Plane& bare, float sigma) {
  MaskedBlurScratch scratch;
  Plane light = bare, smooth;
  for (std::size_t i = 0; i < light.size(); ++i) light.values[i] = luma(level.view().data + 4 * i);
  MaskedBlur(bare, sigma, &scratch).apply(light, &smooth);
  std::vector<float> seen;
  for (std::size_t i = 0; i < light.size(); ++i) {
    light.values[i] = bare.values[i] * (light.values[i] - smooth.values[i]);
    if (bare.values[i] > 0.9f) seen.push_back(light.values[i]);
  }
  const float most = seen.empty() ? 0 : kMostSpreads * robust_deviation(&seen);
  for (float& v : light.values) v = std::clamp(v, -most, most);
  return light;
}

}  // namespace

void add_painted_texture(const Plane& share, const Plane& skin, const Mesh& mesh, Image* level) {
  const float width_px = face_width_px(mesh);
  Plane bare = skin;
  for (std::size_t i = 0; i < bare.size(); ++i)
    if (share.values[i] > kBareBelow) bare.values[i] = 0;
  const Plane fine = fine_texture(*level, bare, std::max(1.0f, kFineSigma * width_px));
  const FaceHeight height(mesh);
  const float size = std::max(std::hypot(height.up_x, height.up_y), 1e-6f), down_x = -height.up_x / size,
              down_y = -height.up_y / size;
  for (int y = 0; y < share.height; ++y) {
    for (int x = 0; x < share.width; ++x) {
      const float painted = skin.row(y)[x] * smoothstep(kPaintedFrom, kPaintedTo, share.row(y)[x]);
      if (!(painted > 0)) continue;
      for (const float below : kBelow) {
        const int u = x + static_cast<int>(std::lround(below * width_px * down_x)),
                  v = y + static_cast<int>(std::lround(below * width_px * down_y));
        if (u < 0 || v < 0 || u >= share.width || v >= share.height || bare.row(v)[u] < 0.9f) continue;
        std::uint8_t* p = level->mutable_view().row(y) + 4 * x;
        for (int c = 0; c < 3; ++c)
          p[c] = static_cast<std::uint8_t>(
              std::clamp(static_cast<float>(p[c]) + painted * fine.row(v)[u] + 0.5f, 0.0f, 255.0f));
        break;
      }
    }
  }
}

}  // namespace mien
