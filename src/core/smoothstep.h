// A soft threshold.
#pragma once

#include <algorithm>

#include "core/simd_clones.h"

namespace mien {

// 0 up to low, 1 from high on, smooth between.
MIEN_INLINE float smoothstep(float low, float high, float x) {
  const float t = std::clamp((x - low) / (high - low), 0.0f, 1.0f);
  return t * t * (3 - 2 * t);
}

}  // namespace mien
