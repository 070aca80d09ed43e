// The skin's tone: how far the fused face's is from the target's, and the last correction when it is too far.
#pragma once

#include <array>

#include "fuse/colour.h"
#include "fuse/masks.h"
#include "mien/face.h"

namespace mien {

// Mean colour of the skin (0..255 times brightness) without its darkest and lightest tenth: shadows, beards
// and highlights do not count. False when there is too little skin to tell.
bool skin_colour(const PlanarRgb& picture, const Plane& skin, float brightness, Lab* out);

// Factor that gives `picture` the target's mean brightness over skin, brightness being V of HSV (the largest
// channel), trimmed likewise. 1 when there is too little skin.
float brightness_match(const PlanarRgb& picture, const PlanarRgb& target, const Plane& skin);

// CIEDE2000 between the mean skin colours, after brightness was matched with the factor; 0 when there is too
// little skin.
float skin_difference(const PlanarRgb& picture, const PlanarRgb& target, const Plane& skin, float brightness);

struct ToneSettings {
  float threshold = 5;  // CIEDE2000: smaller differences are left alone
  float strength = 1;   // 0..1 of the way to the target's mean
};

// The person's right half of a face and the left one, parted by the line from the forehead over the nose to
// the chin.
struct FaceHalves {
  Point2f middle;
  Point2f across;  // per pixel along x and y, in face widths

  // Face widths to the person's left of the line; negative: to the right.
  float at(float x, float y) const { return (x - middle.x) * across.x + (y - middle.y) * across.y; }
};

// mesh: in the pixels of the pictures that are compared.
FaceHalves halves_of(const Mesh& mesh);

// CIEDE2000 of the skin's trimmed mean colours; 0 where too little skin is seen.
struct ToneReport {
  bool changed = false;
  float after = 0;                                     // of the whole face
  std::array<float, 2> sides_before{}, sides_after{};  // of the person's right and left half
};

// Moves the picture's colours where masks.alpha > 0 by the difference of the skin's means in Lab, each half
// of the face by its own (light may come from one side) with a smooth ramp between them, when the difference
// of the whole or of a half is above the threshold. Fine contrast stays: near pixels move alike. With too
// little skin on a half the whole face's difference counts for both.
ToneReport match_tone(const PlanarRgb& target, const FaceMasks& masks, const FaceHalves& halves,
                      const ToneSettings& settings, PlanarRgb* picture);

}  // namespace mien
