// Brightness as coded: the luma of ITU-R BT.601, 0..255 for sRGB values of 0..255.
#pragma once

#include <cstddef>

#include "core/plane.h"
#include "core/resample.h"
#include "core/simd_clones.h"

namespace mien {

inline constexpr float kLumaRed = 0.299f, kLumaGreen = 0.587f, kLumaBlue = 0.114f;

MIEN_INLINE float luma(float red, float green, float blue) {
  return kLumaRed * red + kLumaGreen * green + kLumaBlue * blue;
}

// Of a pixel's values, red first.
template <class Channel>
MIEN_INLINE float luma(const Channel* rgb) {
  return luma(rgb[0], rgb[1], rgb[2]);
}

// Of n pixels in a row; of a picture, whose size *out gets.
void luma_of(const float* red, const float* green, const float* blue, std::size_t n, float* out);
void luma_of(const PlanarRgb& picture, Plane* out);

}  // namespace mien
