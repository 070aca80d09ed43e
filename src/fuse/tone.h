// The skin's tone: how far the fused face's is from the target's, and the last correction when it is too far.
#pragma once

#include "fuse/colour.h"
#include "fuse/masks.h"

namespace mien {

// Mean colour of the skin (0..255 times brightness) without its darkest and lightest tenth: shadows, beards and highlights do not count.
// False when there is too little skin to tell.
bool skin_colour(const PlanarRgb& picture, const Plane& skin, float brightness, Lab* out);

// Factor that gives `picture` the target's mean brightness over skin, brightness being V of HSV (the largest channel), trimmed likewise.
// 1 when there is too little skin.
float brightness_match(const PlanarRgb& picture, const PlanarRgb& target, const Plane& skin);

// CIEDE2000 between the mean skin colours, after brightness was matched with the factor; 0 when there is too little skin.
float skin_difference(const PlanarRgb& picture, const PlanarRgb& target, const Plane& skin, float brightness);

struct ToneSettings {
  float threshold = 5;  // CIEDE2000: smaller differences are left alone
  float strength = 1;   // 0..1 of the way to the target's mean
};

// Moves the picture's colours where masks.alpha > 0 by the difference of the skin's means in Lab, when that is above the threshold.
// Contrast stays: every pixel moves alike. -> whether it did
bool compensate_tone(const PlanarRgb& target, const FaceMasks& masks, const ToneSettings& settings, PlanarRgb* picture);

}  // namespace mien
