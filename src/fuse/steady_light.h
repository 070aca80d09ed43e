// The light of a fused face over time: what a fusion does to the low frequencies of its target's light
// follows that light at once, but changes slowly by itself. Masks, gains and the network's maps differ a
// little from frame to frame; as a flicker the eye sees a quarter of a grey level.
#pragma once

#include <span>
#include <vector>

#include "core/resample.h"
#include "fuse/expression_gap.h"
#include "fuse/masked_blur.h"

namespace mien {

// What one face of a stream had in its last frame.
struct LightMemory {
  bool started = false;
  SurfaceWeights ratio{};  // per surface point: the logarithm of fused over target light

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(started, ratio);
  }
};

struct SteadyLightScratch {
  Plane fused_small, target_small, small_change, change;
  std::vector<float> line;
  RowShrinker rows;
  MaskedBlurScratch blur;
};

// target, fused: canvas pixels 0..255, mesh: the fused one there. alpha: where the face is drawn; only there
// `fused` changes, by a smooth gain that all channels share. seconds: since the last frame. The first frame
// of a memory stays as it is, and so does one whose light is another altogether.
void steady_light(const PlanarRgb& target, const Plane& alpha, const Mesh& mesh,
                  std::span<const RasterTriangle> triangles, float seconds, LightMemory* memory,
                  SteadyLightScratch* scratch, PlanarRgb* fused);

}  // namespace mien
