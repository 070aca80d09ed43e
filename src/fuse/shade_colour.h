// How the colour of skin changes with its shade. Chromaticity (colour.h: Tint) is not the same in light and in
// shadow: gloss has the lamp's colour and makes light parts paler, and light that comes back out of the skin
// is redder than what its surface reflects, which shadows have more of.
#pragma once

#include <algorithm>

#include "core/plane.h"
#include "core/resample.h"
#include "core/simd_clones.h"
#include "fuse/colour.h"

namespace mien {

// Chromaticity is the skin's around it + level + slope * shade, where shade is (L - low) / (low + 16).
struct ShadeColour {
  Tint level, slope;
  float chroma = 0;  // of the skin, mean size of its chromaticity; about 38, near 0 in black and white
};

inline constexpr float kMostShade = 0.4f;  // beyond it colours change no further: eyes, nostrils, hair

MIEN_INLINE float shade_of(float lightness, float low) {
  return std::clamp((lightness - low) / (low + 16), -kMostShade, kMostShade);
}

// The skin's colour at a lightness. low, tint: of the skin around.
MIEN_INLINE Lab shaded(float lightness, float low, const Tint& tint, const ShadeColour& with) {
  const float shade = shade_of(lightness, low);
  return tinted(lightness,
                {tint.a + with.level.a + with.slope.a * shade, tint.b + with.level.b + with.slope.b * shade});
}

// A picture's low frequencies: of L at its full size, of its chromaticity in boxes of factor x factor pixels.
struct SkinAround {
  const Plane &low, &tint_a, &tint_b;
  int factor;
};

// Least squares over some thousand pixels of bare skin (mask > 0.5). picture: 0..255. All 0 where there is none.
ShadeColour measure_shade_colour(const PlanarRgb& picture, const SkinAround& around, const Plane& mask);

}  // namespace mien
