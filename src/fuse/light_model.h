// The light on a face as a function of where its surface looks to: a few numbers (Ramamoorthi and Hanrahan
// 2001: spherical harmonics up to the second order hold 99 % of what diffuse light can do).
#pragma once

#include <array>
#include <span>

namespace mien {

inline constexpr int kLightNumbers = 9;

// A unit normal: x to the picture's right, y down, z towards the viewer.
struct Normal {
  float x = 0, y = 0, z = 1;
};

// What one place of the face says.
struct LightSample {
  Normal normal;
  float weight = 0;     // 0: not heard
  float luminance = 0;  // linear, any unit
};

struct LightModel {
  std::array<float, kLightNumbers> numbers{};

  // Luminance on a surface with this normal, 1 the face's mean; at least 0.1.
  float at(const Normal& n) const;
};

// Portraits as people take them: skin of 750 real photos of the training data, each with mean 1, fitted
// together and made symmetric. Light comes from above and the front; a face's own darker places are in it
// too.
LightModel ordinary_light();

// Least squares near ordinary_light(), in which places that fit badly (a beard, a mole, a cast shadow's core)
// count less. Samples without any weight give ordinary_light().
LightModel fit_light(std::span<const LightSample> samples);

}  // namespace mien
