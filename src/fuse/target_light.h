// The target's light on the source's face. Low frequencies of light are the target's anyway (relight.h); what
// a lamp from the side makes of a nose, a brow and a cheek is finer than they are, and without it a face
// looks as if it were lit from the front in a picture that is not.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "core/plane.h"
#include "core/raster.h"
#include "core/resample.h"
#include "fuse/expression_gap.h"
#include "fuse/masked_blur.h"
#include "mien/face.h"

namespace mien {

// Of what the model sees of the target's light: it takes some of a face's own hollows for shadows, and all of
// it made results look less like their sources (LOG.md). In a stream less: the mesh trembles, and the light
// with it.
inline constexpr float kLightShare = 0.6f, kSteadyLightShare = 0.3f;

// A share of what the target's light is over ordinary light (even_light.h), per surface point, as a logarithm
// of values as coded. picture: 0..255; mesh: the target's, in its pixels; cover (null: none): what is in
// front of the face, 0..1.
SurfaceWeights target_light(const PlanarRgb& picture, const Mesh& mesh,
                            std::span<const RasterTriangle> triangles, const Plane* cover,
                            float share = kLightShare);

// In a stream the light is looked at now and then, and what is shown follows slowly.
struct TargetLightMemory {
  static constexpr float kLookSeconds = 1, kFollowSeconds = 0.5f;
  bool known = false;
  float seconds_left = 0;  // until the next look
  SurfaceWeights seen{}, shown{};

  // look(): target_light() of this frame, which is asked for when it is due. -> what is shown
  template <class Look>
  const SurfaceWeights& next(float step_seconds, Look look) {
    seconds_left -= step_seconds;
    if (!known || !(seconds_left > 0)) seen = look(), seconds_left = kLookSeconds;
    if (!known) known = true, shown = seen;
    const float share = 1 - std::exp(-std::max(step_seconds, 0.0f) / kFollowSeconds);
    for (std::size_t i = 0; i < shown.size(); ++i) shown[i] += share * (seen[i] - shown[i]);
    return shown;
  }
};

struct TargetLightScratch {
  Plane covered, low;
  MaskedBlurScratch blur;
  std::vector<float> line;
};

// Drawn on the fused mesh (canvas pixels) without the low frequencies of light that relight() takes from the
// target, at 1 / kSurfaceStep of the canvas's width x height. False, and nothing drawn, where it would not be
// seen.
bool draw_target_light(const SurfaceWeights& light, const Mesh& fused,
                       std::span<const RasterTriangle> triangles, int width, int height,
                       TargetLightScratch* scratch, Plane* out);

}  // namespace mien
