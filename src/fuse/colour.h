// sRGB <-> linear light <-> CIE Lab (D65), fast enough for every pixel of a face.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/plane.h"
#include "core/resample.h"
#include "fuse/fast_math.h"

namespace mien {

// sRGB value 0..255 -> linear light 0..1; and back. Values outside are clamped, what is no number becomes 0.
// Accurate to 0.003 of 255 (IEC 61966-2-1): its powers are polynomials (least largest error, exact for
// white).
MIEN_INLINE float linear_from_srgb(float value) {
  // In this order what is no number becomes 0.
  const float v = std::min(1.0f, std::max(0.0f, value * (1 / 255.0f)));
  const float low = 0.00085326528f + v * (0.03530589f + v * (0.48627558f + v * 0.84854675f)),
              high = -0.78540343f + v * (0.72230769f + v * (-0.40724698f + v * 0.099361236f));
  const float v2 = v * v;
  return v <= 0.04045f ? v * (1 / 12.92f) : low + v2 * v2 * high;
}

MIEN_INLINE float srgb_from_linear(float value) {
  const float v = std::clamp(value, 0.0f, 1.0f), r = fast_cbrt(std::max(v, 1e-3f)), r2 = r * r;
  // 1.055 v^(1/2.4) - 0.055, of the cube root
  const float low = -0.060974093f + r * (0.54013329f + r * (1.299034f + r * -2.0844149f)),
              high = 2.7976407f + r * (-2.452152f + r * (1.2214456f + r * -0.26071268f));
  return 255 * (v <= 0.0031308f ? 12.92f * v : low + r2 * r2 * high);
}

struct Lab {
  float l = 0, a = 0, b = 0;  // L 0..100, a and b about -100..100
};

struct LinearRgb {
  float r = 0, g = 0, b = 0;  // 0..1
};

// White of D65.
inline constexpr float kWhiteX = 0.950456f, kWhiteZ = 1.088754f;
inline constexpr float kLabEpsilon = 216.0f / 24389.0f, kLabKappa = 24389.0f / 27.0f;

// Lab's f(t), and back.
MIEN_INLINE float lab_curve(float t) {
  const float root = fast_cbrt(std::max(t, kLabEpsilon));
  return t > kLabEpsilon ? root : (kLabKappa * t + 16) * (1.0f / 116);
}

MIEN_INLINE float lab_curve_inverse(float f) {
  const float cube = f * f * f;
  return cube > kLabEpsilon ? cube : (116 * f - 16) * (1 / kLabKappa);
}

// Relative luminance (Y of XYZ, 0..1).
MIEN_INLINE float luminance(const LinearRgb& c) {
  return 0.2126729f * c.r + 0.7151522f * c.g + 0.0721750f * c.b;
}
MIEN_INLINE float relative_x(const LinearRgb& c) {
  return (0.4124564f * c.r + 0.3575761f * c.g + 0.1804375f * c.b) * (1 / kWhiteX);
}  // X and Z, 1 for white
MIEN_INLINE float relative_z(const LinearRgb& c) {
  return (0.0193339f * c.r + 0.1191920f * c.g + 0.9503041f * c.b) * (1 / kWhiteZ);
}
// L (0..100) of a relative luminance, and back.
MIEN_INLINE float lightness_from_luminance(float y) { return 116 * lab_curve(y) - 16; }
MIEN_INLINE float luminance_from_lightness(float l) { return lab_curve_inverse((l + 16) * (1.0f / 116)); }

MIEN_INLINE Lab lab_from_linear(const LinearRgb& c) {
  const float fx = lab_curve(relative_x(c)), fy = lab_curve(luminance(c)), fz = lab_curve(relative_z(c));
  return {116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)};
}

// Of one pixel of a picture (0..255).
inline Lab lab_at(const PlanarRgb& picture, std::size_t i) {
  return lab_from_linear({linear_from_srgb(picture.channel(0)[i]), linear_from_srgb(picture.channel(1)[i]),
                          linear_from_srgb(picture.channel(2)[i])});
}

// May give values outside of 0..1 for colours that sRGB does not have.
MIEN_INLINE LinearRgb linear_from_lab(const Lab& lab) {
  const float fy = (lab.l + 16) * (1.0f / 116), fx = fy + lab.a * (1.0f / 500),
              fz = fy - lab.b * (1.0f / 200);
  const float x = kWhiteX * lab_curve_inverse(fx), y = lab_curve_inverse(fy),
              z = kWhiteZ * lab_curve_inverse(fz);
  return {3.2404542f * x - 1.5371385f * y - 0.4985314f * z, -0.9692660f * x + 1.8760108f * y + 0.0415560f * z,
          0.0556434f * x - 0.2040259f * y + 1.0572252f * z};
}

// A colour that keeps its chromaticity has a and b in proportion to f(Y) = (L + 16) / 116, but for the
// darkest: these are the proportions.
struct Tint {
  float a = 0, b = 0;
};
MIEN_INLINE Tint tint_of(const LinearRgb& c) {
  const float fy = std::max(lab_curve(luminance(c)), 1e-2f);
  return {500 * (lab_curve(relative_x(c)) / fy - 1), 200 * (1 - lab_curve(relative_z(c)) / fy)};
}
MIEN_INLINE Lab tinted(float l, const Tint& tint) {
  const float fy = (l + 16) * (1.0f / 116);
  return {l, fy * tint.a, fy * tint.b};
}

// Planar Lab of a planar picture in linear light (0..1); the three planes get the picture's size.
struct LabPlanes {
  Plane l, a, b;
};
void lab_from_linear(const PlanarRgb& in, LabPlanes* out);
void linear_from_srgb(const PlanarRgb& in, PlanarRgb* out);
void linear_from_srgb(const float* in, std::size_t n, float* out);

// The same of n pixels, of which the colours lie apart; lightness: L alone.
struct Colours {
  const float *r, *g, *b;
};
void lab_from_linear(const Colours& in, std::size_t n, float* l, float* a, float* b);
void lightness_from_linear(const Colours& in, std::size_t n, float* l);

}  // namespace mien
