// sRGB <-> linear light <-> CIE Lab (D65), fast enough for every pixel of a face.
#pragma once

#include "core/plane.h"
#include "core/resample.h"

namespace mien {

// sRGB value 0..255 -> linear light 0..1; and back. Values outside are clamped. Accurate to 0.02 of 255.
float linear_from_srgb(float value);
float srgb_from_linear(float value);

struct Lab {
  float l = 0, a = 0, b = 0;  // L 0..100, a and b about -100..100
};

struct LinearRgb {
  float r = 0, g = 0, b = 0;  // 0..1
};

Lab lab_from_linear(const LinearRgb& rgb);
// May give values outside of 0..1 for colours that sRGB does not have.
LinearRgb linear_from_lab(const Lab& lab);

// Relative luminance (Y of XYZ, 0..1).
inline float luminance(const LinearRgb& c) { return 0.2126729f * c.r + 0.7151522f * c.g + 0.0721750f * c.b; }
// L (0..100) of a relative luminance, and back.
float lightness_from_luminance(float y);
float luminance_from_lightness(float l);

// Planar Lab of a planar picture in linear light (0..1); the three planes get the picture's size.
struct LabPlanes {
  Plane l, a, b;
};
void lab_from_linear(const PlanarRgb& in, LabPlanes* out);
void linear_from_srgb(const PlanarRgb& in, PlanarRgb* out);

}  // namespace mien
