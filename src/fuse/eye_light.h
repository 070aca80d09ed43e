// The source's eyeballs in the target's light: what the whites of both say.
#pragma once

#include <algorithm>

#include "core/resample.h"
#include "core/simd_clones.h"
#include "fuse/colour.h"
#include "fuse/masks.h"

namespace mien {

// What brings the source's eyeballs to the target's: lightness and colour of their whites. Irises may differ.
struct EyeMatch {
  bool seen = false;  // some of an eyeball
  float lightness_gain = 1, shift_a = 0, shift_b = 0;
  float white_l = 84;  // of the source's whites, whose colours are shifted so far
};

// The same, ready for pixels.
struct EyeLight {
  explicit EyeLight(const EyeMatch& eye)
      : gain(eye.lightness_gain),
        shift_a(eye.shift_a),
        shift_b(eye.shift_b),
        per_white(1 / (eye.white_l + 16)),
        glint_from(eye.white_l + kGlint),
        taken(kMostTaken * std::clamp((eye.lightness_gain - 1) / kFully, 0.0f, 1.0f)) {}

  // Of L above the whites; what is taken of the rest where whites get lighter by kFully and more.
  static constexpr float kGlint = 3, kMostTaken = 0.55f, kFully = 0.2f;
  float gain, shift_a, shift_b, per_white, glint_from, taken;
};

// The source's eyeball in the target's light, whose colour shifts what is darker than the whites, an iris, by
// less. What is lighter than they are, a lid's wet rim or a lamp's reflection, is brightened less than they
// are. colour: share of both colours that is kept.
MIEN_INLINE Lab eyeball_in_light(const Lab& source, const EyeLight& light, float colour) {
  const float lit = std::min(1.0f, (source.l + 16) * light.per_white),
              glint = std::max(source.l - light.glint_from, 0.0f);
  return {(source.l - light.taken * glint) * light.gain, colour * (source.a + lit * light.shift_a),
          colour * (source.b + lit * light.shift_b)};
}

// target, warped: canvas pixels 0..255. Not seen where the masks hold no eyeball.
EyeMatch match_eyes(const FaceMasks& masks, const PlanarRgb& target, const PlanarRgb& warped);

}  // namespace mien
