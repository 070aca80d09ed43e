#include "core/luma.h"

namespace mien {
namespace {

MIEN_SIMD_CLONES
void add_up(const float* red, const float* green, const float* blue, std::size_t n, float* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = luma(red[i], green[i], blue[i]);
}

}  // namespace

void luma_of(const float* red, const float* green, const float* blue, std::size_t n, float* out) {
  add_up(red, green, blue, n, out);
}

void luma_of(const PlanarRgb& picture, Plane* out) {
  out->resize(picture.width, picture.height);
  luma_of(picture.channel(0), picture.channel(1), picture.channel(2), out->size(), out->values.data());
}

}  // namespace mien
