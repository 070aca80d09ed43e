// From pixels to the numbers that a network was trained with.
#pragma once

#include "core/resample.h"
#include "model/manifest.h"
#include "model/tensor.h"

namespace mien {

// out = (pixels - mean) / std, channel by channel, in the pixels' size.
void normalise_pixels(const PlanarRgb& pixels, const InputSpec& spec, Tensor* out);

}  // namespace mien
