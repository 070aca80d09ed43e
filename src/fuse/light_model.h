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
  float luminance = 0;  // linear, any unit; over ordinary_light() for what differs from it
  float lamp = 0;       // what a hard lamp gives here, 0..1 (lamp.h)
};

struct LightModel {
  std::array<float, kLightNumbers> numbers{};
  float lamp = 0;    // luminance that a hard lamp adds where it gives 1
  float misfit = 0;  // mean |relative error| at the samples that it was fitted to

  // Luminance on a surface with this normal, to which a hard lamp gives lit (0..1); 1 is the face's mean; at
  // least 0.1.
  float at(const Normal& n, float lit = 0) const;
};

// Portraits as people take them: skin of 750 real photos of the training data, each with mean 1, fitted
// together and made symmetric. Light comes from above and the front; a face's own darker places are in it
// too.
LightModel ordinary_light();

// Least squares of the relative error near even light, in which places that fit badly (a beard, a mole, a
// highlight) count less; the lamp's share is as told. Samples without any weight give even light: 1.
LightModel fit_light(std::span<const LightSample> samples, float lamp = 0);

// The same with the lamp's share found as well, and smooth light held back: else it does what the lamp does.
LightModel fit_lamp(std::span<const LightSample> samples);

}  // namespace mien
