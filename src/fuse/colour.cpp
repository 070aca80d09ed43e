#include "fuse/colour.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/simd_clones.h"

namespace mien {
namespace {

// White of D65, and the matrix of sRGB's primaries (IEC 61966-2-1).
constexpr float kWhiteX = 0.950456f, kWhiteZ = 1.088754f;
constexpr float kEpsilon = 216.0f / 24389.0f, kKappa = 24389.0f / 27.0f;

constexpr int kToLinearSteps = 2048, kToSrgbSteps = 8192, kCubeRootSteps = 8192;

template <int kSteps>
struct Table {
  std::array<float, kSteps + 2> values;
  // t in 0..1
  float at(float t) const {
    const float p = std::clamp(t, 0.0f, 1.0f) * kSteps;
    const int i = static_cast<int>(p);
    return values[i] + (p - static_cast<float>(i)) * (values[i + 1] - values[i]);
  }
};

template <int kSteps, class Function>
Table<kSteps> tabulate(Function f) {
  Table<kSteps> table;
  for (int i = 0; i < kSteps + 2; ++i) table.values[i] = static_cast<float>(f(static_cast<double>(i) / kSteps));
  return table;
}

double srgb_to_linear_exact(double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); }
double linear_to_srgb_exact(double v) { return v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055; }

const Table<kToLinearSteps>& to_linear() {
  static const auto table = tabulate<kToLinearSteps>(srgb_to_linear_exact);
  return table;
}

const Table<kToSrgbSteps>& to_srgb() {
  static const auto table = tabulate<kToSrgbSteps>([](double v) { return 255 * linear_to_srgb_exact(v); });
  return table;
}

// Lab's f(t) for t in 0..2.
float lab_curve(float t) {
  static const auto table = tabulate<kCubeRootSteps>([](double v) { return std::cbrt(2 * v); });
  return t > 0.02f ? table.at(t * 0.5f) : t > kEpsilon ? std::cbrt(t) : (kKappa * t + 16) / 116;
}

float lab_curve_inverse(float f) {
  const float cube = f * f * f;
  return cube > kEpsilon ? cube : (116 * f - 16) / kKappa;
}

}  // namespace

float linear_from_srgb(float value) { return to_linear().at(value * (1 / 255.0f)); }
float srgb_from_linear(float value) { return to_srgb().at(value); }

Lab lab_from_linear(const LinearRgb& c) {
  const float x = (0.4124564f * c.r + 0.3575761f * c.g + 0.1804375f * c.b) / kWhiteX;
  const float y = luminance(c);
  const float z = (0.0193339f * c.r + 0.1191920f * c.g + 0.9503041f * c.b) / kWhiteZ;
  const float fx = lab_curve(x), fy = lab_curve(y), fz = lab_curve(z);
  return {116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)};
}

LinearRgb linear_from_lab(const Lab& lab) {
  const float fy = (lab.l + 16) / 116, fx = fy + lab.a / 500, fz = fy - lab.b / 200;
  const float x = kWhiteX * lab_curve_inverse(fx), y = lab_curve_inverse(fy), z = kWhiteZ * lab_curve_inverse(fz);
  return {3.2404542f * x - 1.5371385f * y - 0.4985314f * z, -0.9692660f * x + 1.8760108f * y + 0.0415560f * z,
          0.0556434f * x - 0.2040259f * y + 1.0572252f * z};
}

float lightness_from_luminance(float y) { return 116 * lab_curve(y) - 16; }
float luminance_from_lightness(float l) { return lab_curve_inverse((l + 16) / 116); }

MIEN_SIMD_CLONES
void linear_from_srgb(const PlanarRgb& in, PlanarRgb* out) {
  out->resize(in.width, in.height);
  const auto& table = to_linear();
  for (std::size_t i = 0; i < in.values.size(); ++i) out->values[i] = table.at(in.values[i] * (1 / 255.0f));
}

MIEN_SIMD_CLONES
void lab_from_linear(const PlanarRgb& in, LabPlanes* out) {
  for (Plane* plane : {&out->l, &out->a, &out->b}) plane->resize(in.width, in.height);
  const float *r = in.channel(0), *g = in.channel(1), *b = in.channel(2);
  for (std::size_t i = 0; i < in.plane(); ++i) {
    const Lab lab = lab_from_linear({r[i], g[i], b[i]});
    out->l.values[i] = lab.l;
    out->a.values[i] = lab.a;
    out->b.values[i] = lab.b;
  }
}

}  // namespace mien
