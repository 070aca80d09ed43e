#include "fuse/colour.h"

#include <array>

#include "core/simd_clones.h"

namespace mien {
namespace {

constexpr int kSteps = 2048;
using Table = std::array<float, kSteps + 2>;

const Table& to_linear() {
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

inline float look_up(const float* table, float value) {
  const float p = std::clamp(value * (1 / 255.0f), 0.0f, 1.0f) * kSteps;
  const int i = static_cast<int>(p);
  return table[i] + (p - static_cast<float>(i)) * (table[i + 1] - table[i]);
}

}  // namespace

float linear_from_srgb(float value) { return look_up(to_linear().data(), value); }

MIEN_SIMD_CLONES
void linear_from_srgb(const PlanarRgb& in, PlanarRgb* out) {
  out->resize(in.width, in.height);
  const float *table = to_linear().data(), *from = in.values.data();
  float* __restrict to = out->values.data();
  for (std::size_t i = 0; i < in.values.size(); ++i) to[i] = look_up(table, from[i]);
}

MIEN_SIMD_CLONES
void lab_from_linear(const PlanarRgb& in, LabPlanes* out) {
  for (Plane* plane : {&out->l, &out->a, &out->b}) plane->resize(in.width, in.height);
  const float *r = in.channel(0), *g = in.channel(1), *b = in.channel(2);
  float *__restrict out_l = out->l.values.data(), *__restrict out_a = out->a.values.data(), *__restrict out_b = out->b.values.data();
  for (std::size_t i = 0; i < in.plane(); ++i) {
    const Lab lab = lab_from_linear({r[i], g[i], b[i]});
    out_l[i] = lab.l, out_a[i] = lab.a, out_b[i] = lab.b;
  }
}

MIEN_SIMD_CLONES
void lightness_from_linear(const PlanarRgb& in, Plane* out) {
  out->resize(in.width, in.height);
  const float *r = in.channel(0), *g = in.channel(1), *b = in.channel(2);
  float* __restrict to = out->values.data();
  for (std::size_t i = 0; i < in.plane(); ++i) to[i] = lightness_from_luminance(luminance({r[i], g[i], b[i]}));
}

}  // namespace mien
