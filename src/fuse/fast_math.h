// Roots and curves for loops over pixels: branch-free, so that the compiler can do eight or sixteen pixels at
// once.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/simd_clones.h"
#include "core/smoothstep.h"

namespace mien {

// Cube root of x >= 0 (smallest normal float and up; 0 gives about 0). Relative error below 1e-6, without a
// division: the inverse root, first guessed by the exponent's third (Kahan), then improved twice
// (Householder, Newton).
MIEN_INLINE float fast_cbrt(float x) {
  const auto bits =
      0x54a1f5c2 - static_cast<std::int32_t>(static_cast<float>(std::bit_cast<std::int32_t>(x)) * (1.0f / 3));
  float y = std::bit_cast<float>(bits);
  const float h = 1 - x * (y * y * y);
  y += y * h * (1.0f / 3 + h * (2.0f / 9));
  y += y * (1.0f / 3) * (1 - x * (y * y * y));
  return x * (y * y);
}

// tanh within 0.025, with its slope at 0 and its limits.
MIEN_INLINE float fast_tanh(float x) {
  const float t = std::clamp(x, -3.0f, 3.0f), t2 = t * t;
  return t * (27 + t2) / (27 + 9 * t2);
}

}  // namespace mien
