#include "fuse/target_light.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "face/crop.h"
#include "fuse/even_light.h"
#include "fuse/relight.h"
#include "mien/image.h"

namespace mien {
namespace {

constexpr float kWorthDrawing = 0.01f;  // of the logarithm
constexpr float kBlurShare = 0.02f;     // in face widths: between the mesh's points light is smooth

Image with_trust(const PlanarRgb& picture, const Plane* cover) {
  Image out(picture.width, picture.height, PixelFormat::kRgba8);
  const auto byte = [](float v) { return static_cast<std::uint8_t>(std::clamp(v, 0.0f, 255.0f) + 0.5f); };
  std::uint8_t* to = out.mutable_view().data;
  for (std::size_t i = 0; i < picture.plane(); ++i, to += 4) {
    for (int c = 0; c < 3; ++c) to[c] = byte(picture.channel(c)[i]);
    to[3] = byte(255 * (cover ? 1 - cover->values[i] : 1));
  }
  return out;
}

}  // namespace

SurfaceWeights target_light(const PlanarRgb& picture, const Mesh& mesh,
                            std::span<const RasterTriangle> triangles, const Plane* cover, float share) {
  SurfaceWeights out = light_over_ordinary(mesh, triangles, with_trust(picture, cover).view());
  for (float& v : out) v *= share;
  return out;
}

bool draw_target_light(const SurfaceWeights& light, const Mesh& fused,
                       std::span<const RasterTriangle> triangles, int width, int height,
                       TargetLightScratch* scratch, Plane* out) {
  const auto is_seen = [](float v) { return std::abs(v) >= kWorthDrawing; };
  if (std::none_of(light.begin(), light.end(), is_seen)) return false;
  const float width_px = face_width_px(fused) / kSurfaceStep;
  Plane& covered = scratch->covered;
  draw_small_surface(light, fused, triangles, width, height, out, &covered);
  MaskedBlur(covered, std::max(1.0f, kLowLightSigma * width_px), &scratch->blur).apply(*out, &scratch->low);
  for (std::size_t i = 0; i < out->size(); ++i)
    out->values[i] = covered.values[i] * (out->values[i] - scratch->low.values[i]);
  gaussian_blur(out, kBlurShare * width_px, &scratch->line);
  return true;
}

}  // namespace mien
