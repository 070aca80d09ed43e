#include "fuse/steady_light.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/luma.h"
#include "core/simd_clones.h"
#include "face/crop.h"

namespace mien {
namespace {

constexpr float kSigma = 0.08f;          // of what counts as low frequencies, in face widths
constexpr float kSeconds = 0.9f;         // time constant
constexpr float kDarkest = 8;            // of 255: added to both lights, or black would weigh most
constexpr float kOtherLight = 0.12f;     // root mean square of the step: more is a change to be seen at once
constexpr float kLargestChange = 0.25f;  // of the logarithm
constexpr float kWorthwhile = 0.25f / 255;  // a smaller change rounds to nothing

// Row by row: the picture's light is not kept.
void small_light(const PlanarRgb& picture, const MaskedBlur& blur, SteadyLightScratch* s, Plane* small) {
  const int w = picture.width;
  s->line.resize(static_cast<std::size_t>(w));
  blur.begin(&s->rows, small);
  for (int y = 0; y < picture.height; ++y) {
    const std::size_t at = static_cast<std::size_t>(y) * w;
    luma_of(picture.channel(0) + at, picture.channel(1) + at, picture.channel(2) + at, s->line.size(),
            s->line.data());
    s->rows.add(s->line.data(), blur.mask().row(y), 0, w);
  }
  blur.finish(small);
}

float at(const Plane& plane, float x, float y) {
  const float px = std::clamp(x, 0.0f, static_cast<float>(plane.width - 1)),
              py = std::clamp(y, 0.0f, static_cast<float>(plane.height - 1));
  const int x0 = static_cast<int>(px), y0 = static_cast<int>(py), x1 = std::min(x0 + 1, plane.width - 1),
            y1 = std::min(y0 + 1, plane.height - 1);
  const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
  const float above = plane.row(y0)[x0] + fx * (plane.row(y0)[x1] - plane.row(y0)[x0]),
              below = plane.row(y1)[x0] + fx * (plane.row(y1)[x1] - plane.row(y1)[x0]);
  return above + fy * (below - above);
}

// Moves the memory towards `now`. -> what every point's light has to change by.
SurfaceWeights follow(const SurfaceWeights& now, float seconds, LightMemory* memory) {
  SurfaceWeights change{};
  float squares = 0;
  for (int i = 0; i < kSurfacePoints; ++i) {
    const float step = now[i] - memory->ratio[i];
    squares += step * step / kSurfacePoints;
  }
  if (!memory->started || !(std::sqrt(squares) < kOtherLight)) {
    memory->started = true;
    memory->ratio = now;
    return change;
  }
  const float share = 1 - std::exp(-std::max(seconds, 0.0f) / kSeconds);
  for (int i = 0; i < kSurfacePoints; ++i) {
    memory->ratio[i] += share * (now[i] - memory->ratio[i]);
    change[i] = std::clamp(memory->ratio[i] - now[i], -kLargestChange, kLargestChange);
  }
  return change;
}

// x: the logarithm of the gain.
MIEN_SIMD_CLONES
void change_light(const float* x, const float* alpha, std::size_t n, float* __restrict channel) {
  for (std::size_t i = 0; i < n; ++i) {
    const float gain = 1 + x[i] * (1 + x[i] * (0.5f + x[i] * (1.0f / 6)));
    channel[i] = alpha[i] > 0 ? std::min(255.0f, gain * channel[i]) : channel[i];
  }
}

}  // namespace

void steady_light(const PlanarRgb& target, const Plane& alpha, const Mesh& mesh,
                  std::span<const RasterTriangle> triangles, float seconds, LightMemory* memory,
                  SteadyLightScratch* s, PlanarRgb* fused) {
  const MaskedBlur blur(alpha, std::max(1.0f, kSigma * face_width_px(mesh)), &s->blur);
  small_light(target, blur, s, &s->target_small);
  small_light(*fused, blur, s, &s->fused_small);
  const float k = 1 / static_cast<float>(blur.factor()), shift = 0.5f * k - 0.5f;
  SurfaceWeights now;
  for (int i = 0; i < kSurfacePoints; ++i) {
    const float x = k * mesh[i].x + shift, y = k * mesh[i].y + shift;
    now[i] = std::log((std::max(at(s->fused_small, x, y), 0.0f) + kDarkest) /
                      (std::max(at(s->target_small, x, y), 0.0f) + kDarkest));
    if (!std::isfinite(now[i])) now[i] = 0;
  }
  const SurfaceWeights change = follow(now, seconds, memory);
  if (std::all_of(change.begin(), change.end(), [](float c) { return std::abs(c) < kWorthwhile; })) return;
  draw_on_surface(change, mesh, triangles, alpha.width, alpha.height, 0, &s->change);
  for (int c = 0; c < 3; ++c)
    change_light(s->change.values.data(), alpha.values.data(), alpha.size(), fused->channel(c));
}

}  // namespace mien
