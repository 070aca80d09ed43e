// The fused face's skin is no smoother than the target's.
#pragma once

#include <vector>

#include "core/plane.h"
#include "fuse/masks.h"

namespace mien {

struct SkinTextureScratch {
  Plane target, fused, smooth, weight;  // target and fused: what is finer than pores and fine lines
  std::vector<float> line, sample;
};

// What a face of a stream has in common from frame to frame: measured every few frames, and steadied.
struct SkinTextureMemory {
  int period = 4;  // frames from one measurement to the next; the caller's
  bool known = false;
  int frames_left = 0;  // for which it serves as it is
  float share = 0, wanted = 0;

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(known, frames_left, share, wanted);
  }
};

// A retouched, denoised or small source has skin without pores; under a target's hard light that looks
// airbrushed. Where the fused skin has less fine texture than the target's skin, the missing share is taken
// from the target itself: it lies in its light, and in clips it moves with the face. Only what is finer than
// 1 % of the face's width is taken, from bare skin, and no more of it where the target is rougher than
// elsewhere (stubble, deep wrinkles). target, fused: canvas pixels 0..255; width_px: the face's width there.
// memory: of the frames before; null: a photo. -> the share of the target's texture that was added, 0..1; 0:
// nothing changed.
float match_skin_texture(const PlanarRgb& target, const FaceMasks& masks, float width_px,
                         SkinTextureScratch* scratch, PlanarRgb* fused, SkinTextureMemory* memory = nullptr);

}  // namespace mien
