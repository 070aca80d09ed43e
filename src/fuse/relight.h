// Giving the warped source the target's light: low frequencies, contrast and tint of the target's skin,
// detail of the source.
//
// Works in Lab on two scales (normalised convolution over bare skin). Lightness: low(target) + nine tenths of
// the source's middle band (the target's on foreheads and towards the rim) + the middle band of what the
// target's light does to a face's form (target_light.h) + the source's detail, scaled to the
// target's contrast, highlights through a soft knee. Brows, lids and lips keep their contrast relative to the
// skin (a ratio), so that they neither turn black on dark skin nor grey on light skin; nothing gets much
// darker than what is darkest in the target's face. Chroma follows lightness as the target's skin has it, the
// source adds what does not follow it (shade_colour.h).
#pragma once

#include "core/thread_pool.h"
#include "fuse/colour.h"
#include "fuse/eye_light.h"
#include "fuse/eyes.h"
#include "fuse/masked_blur.h"
#include "fuse/masks.h"
#include "fuse/shade_colour.h"
#include "fuse/skin_bands.h"

namespace mien {

// In face widths: of the frequencies of light that are the target's.
inline constexpr float kLowLightSigma = 0.15f;

struct RelightScratch {
  SkinBands target, warped;
  SkinBandScratch split[2];
  Plane tint_gain;                                       // coarse, as the tints are
  int mid_factor = 1, tint_factor = 1;                   // of the coarse planes
  Plane low_target, mid_target, low_warped, mid_warped;  // brought back whole; only while measuring
  MaskedBlurScratch low_blur, mid_blur, tint_blur;
  RowSpans spans, painted;
  bool takes_creases = false;  // of the target, somewhere
};

// Contrast given to the bands of the source's lightness, and where highlights bend.
struct RelightGains {
  float middle = 1, detail = 1, fine = 1, knee = 1;
  float ceiling = 100;  // L of the target's lightest skin
  float floor = -100;   // a little below L of the target's darkest features and skin: a veil or blur leaves
                        // nothing black. -100: none
  float level = 1;  // L + 16 of the target's skin over the source's: what brings one's level to the other's
  ShadeColour target_shade, warped_shade;
};

// What a face of a stream has in common from frame to frame: measured every few frames, and steadied.
struct RelightMemory {
  int period = 4;  // frames from one measurement to the next; the caller's
  bool known = false;
  int frames_left = 0;  // for which it serves as it is
  RelightGains gains;
  EyeMatch eye;
  float lightness_gap = 0;
};

struct RelightReport {
  float detail_gain = 1;    // contrast given to the source's detail
  float fine_gain = 1;      // and to its finest part
  float lightness_gap = 0;  // median L of the target's skin minus the source's
  EyeMatch eye;
  float chroma = 0;  // ShadeColour::chroma of whichever of the two has less
};

// What is known of places of the face; null: nothing.
struct RelightOver {
  // Canvas pixels: shading is the target's as far as it says up to 1, some creases where it is near 1, and
  // most of the detail where it goes on to 2.
  const Plane* expression_gap = nullptr;
  // What is finer than the low frequencies in the target's light over ordinary light, a logarithm
  // (target_light.h): laid over the source's forms. At 1 / kSurfaceStep of the canvas's size.
  const Plane* light = nullptr;
};

// target, warped: canvas pixels 0..255; width_px: the face's width on the canvas. `warped` becomes the relit
// picture where masks.alpha > 0. memory: of the frames before; null: a photo. pool (null: none) shares the
// work; the result does not depend on it.
RelightReport relight(const PlanarRgb& target, const FaceMasks& masks, EyeChoice eyes, float width_px,
                      const RelightOver& over, RelightScratch* scratch, PlanarRgb* warped,
                      RelightMemory* memory = nullptr, ThreadPool* pool = nullptr);

// 1.48 times the median absolute deviation of values - base (null: 0) where mask > 0.5: a standard deviation
// that outliers do not move. 0 when empty.
float robust_spread(const Plane& values, const Plane* base, const Plane& mask);

}  // namespace mien
