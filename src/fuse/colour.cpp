#include "fuse/colour.h"

#include "core/simd_clones.h"

namespace mien {
namespace {

// The loops take bare pointers: with vectors' members GCC 12 makes no vector loops of them.
MIEN_SIMD_CLONES
void to_linear(const float* in, std::size_t n, float* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = linear_from_srgb(in[i]);
}

MIEN_SIMD_CLONES
void to_lab(const float* r, const float* g, const float* b, std::size_t n, float* __restrict out_l,
            float* __restrict out_a, float* __restrict out_b) {
  for (std::size_t i = 0; i < n; ++i) {
    const Lab lab = lab_from_linear({r[i], g[i], b[i]});
    out_l[i] = lab.l, out_a[i] = lab.a, out_b[i] = lab.b;
  }
}

MIEN_SIMD_CLONES
void to_lightness(const float* r, const float* g, const float* b, std::size_t n, float* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = lightness_from_luminance(luminance({r[i], g[i], b[i]}));
}

}  // namespace

void linear_from_srgb(const float* in, std::size_t n, float* out) { to_linear(in, n, out); }

void linear_from_srgb(const PlanarRgb& in, PlanarRgb* out) {
  out->resize(in.width, in.height);
  to_linear(in.values.data(), in.values.size(), out->values.data());
}

void lab_from_linear(const Colours& in, std::size_t n, float* l, float* a, float* b) {
  to_lab(in.r, in.g, in.b, n, l, a, b);
}

void lab_from_linear(const PlanarRgb& in, LabPlanes* out) {
  for (Plane* plane : {&out->l, &out->a, &out->b}) plane->resize(in.width, in.height);
  lab_from_linear({in.channel(0), in.channel(1), in.channel(2)}, in.plane(), out->l.values.data(),
                  out->a.values.data(), out->b.values.data());
}

void lightness_from_linear(const Colours& in, std::size_t n, float* l) {
  to_lightness(in.r, in.g, in.b, n, l);
}

}  // namespace mien
