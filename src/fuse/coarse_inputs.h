// What the coarse fusion network looks at, and what its answer means. The training builds its samples with
// this very code.
#pragma once

#include <array>
#include <vector>

#include "face/crop.h"
#include "fuse/masks.h"
#include "fuse/relight.h"
#include "model/tensor.h"

namespace mien {

// Channels of the input, 0..1 unless said otherwise.
enum class CoarseChannel {
  kRelitRed,
  kRelitGreen,
  kRelitBlue,  // W0: the relit warp
  kTrust,      // V: how far W0 is the source's own face
  kContextRed,
  kContextGreen,
  kContextBlue,  // the target and its surroundings where they stay visible, the low frequencies of its skin
                 // elsewhere
  kAlpha,        // A_geo: the geometric mask
  kParts,        // 1 eyeballs, 0.5 mouth interior
  kCanonicalX,
  kCanonicalY,  // position on the canonical face, about -1..1
  kFacing,      // z of the surface's normal
};
inline constexpr int kCoarseChannels = 12;
inline constexpr int kCoarseSize = 128;     // pixels across the crop of the coarse networks
inline constexpr float kCoarseSpan = 1.3f;  // crop side in level squares of the fused mesh

// From the canvas to the network's crop and back.
struct CoarseCrop {
  Affine crop_from_canvas;
  Tensor input;  // kCoarseChannels x size x size
};

struct CoarseScene {
  ImageView frame;  // the target, before anything is pasted
  Affine canvas_from_frame;
  const PlanarRgb& relit;  // W0, canvas pixels
  const Plane& trust;
  const FaceMasks& masks;
  const RelightScratch& light;  // of the relight stage: the target's low frequencies
  const Mesh& fused;            // canvas pixels
  const Mesh& canonical;        // the face model's mean, any scale
  std::span<const RasterTriangle> triangles;
};

struct CoarseInputScratch {
  PlanarRgb seen;
  Plane parts, small;
  std::vector<float> attributes, depth;
  std::array<std::vector<float>, 3> low;
};

// size: pixels across the crop. The same crop at any size: a finer look at the same picture.
void make_coarse_input(const CoarseScene& scene, CoarseInputScratch* scratch, CoarseCrop* out,
                       int size = kCoarseSize);

// The answer: gain and bias maps (6 channels), residual and change of alpha (4 channels), any resolution over
// the crop.
//   F = (g - p) W0 + p before       g = clamp(max(after, 0.08) / max(before, 0.08), 0.3, 2.5)
//   p = 0.7 smoothstep(1.1, 1.5, g) (g - 1): what is lifted much becomes paler       before = mean(W0)
//   after = (1 + G) before + B + (1 - (1 - residual_kept) V) L       A = clamp(A_geo + 0.35 tanh(dA) * band)
// mean: over the colours; band = 4 A_geo (1 - A_geo). G and B: means over the colours and over light_cell x
// light_cell cells of their maps, weighted by A_geo so that no light of hair or background, where the network
// may say anything, comes in over the mask's edge (joint upsampling in the manner of Kopf et al. 2007). L:
// mean over the colours of R / sqrt(1 + (R / 0.5)^2). The network changes light, never colour, and where the
// source shows the face (V, trust) only a share of what it invents stays. All maps are brought to 128 x 128
// cells, then to the canvas, bilinearly. Applied to the relit picture and alpha in place, where alpha > 0.
//
// Facts about a network, in its row of the manifest: how its answer was used when it was trained.
struct CoarseLimits {
  int light_cell = 2;           // pixels of its maps of light that are averaged
  float residual_kept = 0.15f;  // 0..1
};

// What it says about each of the size x size cells over the crop, ready to be applied; serves for later frames
// as well.
struct CoarseAnswer {
  static constexpr int kGain = 0, kBias = 1, kResidual = 2, kAlphaStep = 3, kStride = 4;
  int size = kCoarseSize;
  std::vector<float> cells;  // gain, bias (of 255), residual (of 255), the step of alpha
  float residual_kept = 0;
};

// mask: A_geo as the network saw it, kCoarseSize x kCoarseSize.
void read_coarse_output(const Tensor& gain_bias, const Tensor& residual_alpha, const float* mask,
                        const CoarseLimits& limits, CoarseAnswer* out);
// The refine network's answer, two channels of any resolution over the crop: R, here one channel, and dA. The
// contract is the same without gain and bias (G = B = 0), its maps brought to size x size cells.
void read_refine_output(const Tensor& residual_alpha, int size, float residual_kept, CoarseAnswer* out);
// crop_from_canvas: to the crop of answer.size pixels.
void apply_coarse_answer(const CoarseAnswer& answer, const Affine& crop_from_canvas, const Plane& trust,
                         PlanarRgb* relit, Plane* alpha);
// The first and the last.
void apply_coarse_output(const Tensor& gain_bias, const Tensor& residual_alpha, const float* mask,
                         const CoarseLimits& limits, const Affine& crop_from_canvas, const Plane& trust,
                         PlanarRgb* relit, Plane* alpha);

}  // namespace mien
