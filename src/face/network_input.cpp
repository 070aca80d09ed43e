#include "face/network_input.h"

namespace mien {

void normalise_pixels(const PlanarRgb& pixels, const InputSpec& spec, Tensor* out) {
  out->resize(3, pixels.height, pixels.width);
  for (int c = 0; c < 3; ++c) {
    const float* from = pixels.channel(c);
    float* to = out->channel(c);
    for (std::size_t i = 0; i < pixels.plane(); ++i) to[i] = (from[i] - spec.mean[c]) / spec.std[c];
  }
}

}  // namespace mien
