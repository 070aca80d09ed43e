#include "fuse/colour.h"

#include <array>

#include "core/simd_clones.h"

namespace mien {
namespace {

constexpr int kSteps = 2048;
using Table = std::array<float, kSteps + 2>;

const Table& table_to_linear() {
  static const Table table = [] {
    Table t;
    for (int i = 0; i < kSteps + 2; ++i) {
      const double v = static_cast<double>(i) / kSteps;
      t[i] = static_cast<float>(v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4));
    }
    return t;
  }();
  return table;
}

MIEN_INLINE float look_up(const float* table, float value) {
  // In this order what is no number becomes 0.
  const float p = std::min(1.0f, std::max(0.0f, value * (1 / 255.0f))) * kSteps;
  const int i = static_cast<int>(p);
  return table[i] + (p - static_cast<float>(i)) * (table[i + 1] - table[i]);
}

// The loops take bare pointers: with vectors' members GCC 12 makes no vector loops of them.
MIEN_SIMD_CLONES
void to_linear(const float* table, const float* in, std::size_t n, float* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = look_up(table, in[i]);
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

float linear_from_srgb(float value) { return look_up(table_to_linear().data(), value); }

void linear_from_srgb(const float* in, std::size_t n, float* out) {
  to_linear(table_to_linear().data(), in, n, out);
}

void linear_from_srgb(const PlanarRgb& in, PlanarRgb* out) {
  out->resize(in.width, in.height);
  linear_from_srgb(in.values.data(), in.values.size(), out->values.data());
}

void lab_from_linear(const PlanarRgb& in, LabPlanes* out) {
  for (Plane* plane : {&out->l, &out->a, &out->b}) plane->resize(in.width, in.height);
  to_lab(in.channel(0), in.channel(1), in.channel(2), in.plane(), out->l.values.data(), out->a.values.data(),
         out->b.values.data());
}

void lightness_from_linear(const PlanarRgb& in, Plane* out) {
  out->resize(in.width, in.height);
  to_lightness(in.channel(0), in.channel(1), in.channel(2), in.plane(), out->values.data());
}

}  // namespace mien
