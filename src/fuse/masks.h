// Soft masks of a face's parts on the canvas, drawn from its meshes.
#pragma once

#include <vector>

#include "core/plane.h"
#include "core/smoothstep.h"
#include "fuse/warp.h"
#include "mien/face.h"

namespace mien {

struct FaceMasks {
  Plane alpha;                // where the fused face goes, 0..1, feathered; without the mouth's interior
  Plane skin;                 // bare skin for statistics: neither eyes, brows nor lips of source or target
  Plane features;             // brows, lids, lips: keep their contrast instead of the skin's rule
  Plane mouth;                // between the lips: stays the target's
  Plane right_eye, left_eye;  // eyeballs, between the lids
  std::vector<float> scratch;
  Plane both;  // features of fused and target mesh, hard-edged
};

// How far the target's face is seen where a thing in front of it has this probability, 0..1.
MIEN_INLINE float uncovered_share(float cover) { return 1 - smoothstep(0.3f, 0.7f, cover); }

// What is known of the pixels beyond the meshes; null: nothing.
struct MaskHints {
  const Plane* trust = nullptr;         // of the warped source, 0..1
  const Plane* target_cover = nullptr;  // hair or a thing in front of the target's face, 0..1: stays on top
  const Plane* target_skin = nullptr;   // bare skin of the target, 0..1
};

// The parts' shapes, as far as the meshes tell them, at the canvas's size. fused, target: canvas pixels.
void draw_mask_shapes(const Mesh& fused, const Mesh& target, int width, int height, FaceMasks* out);
// Then what is known of each pixel.
void finish_masks(const WarpMaps& maps, const MaskHints& hints, FaceMasks* out);
// Both.
void draw_masks(const Mesh& fused, const Mesh& target, const WarpMaps& maps, const MaskHints& hints,
                FaceMasks* out);

}  // namespace mien
