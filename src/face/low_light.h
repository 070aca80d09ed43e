// Little light: makes a dark look at a picture readable for the networks, which learned from pictures in
// ordinary light. Only looks pass here; pixels that get into a result never do. docs/low-light.md has the
// figures, and what else was tried.
#pragma once

#include "core/resample.h"
#include "mien/engine.h"

namespace mien {

// What a look shows. A face fills it, so its median tells; a scene may have a lit face before a black wall,
// so its bright parts count too.
enum class LookAt { kScene, kFace };

// How light the first `width` columns and `height` rows of a look are, 0..255: the median of luma, of a scene
// 3/8 of the ninth decile if that is more. Of large looks every so many pixels count.
int light_level(const PlanarRgb& look, LookAt what, int width, int height);

// The factor that dark values get, 1 and more: 1 in ordinary light; it grows smoothly as the level falls, so
// that clips do not flicker.
float low_light_gain(int level);

// Share that a pixel gives to each of its neighbours, 0..1/4, first along rows, then along columns: what is
// multiplied much is mostly noise.
float low_light_blur(float gain);

// The gain for this look; 1 when it is not dark, or the mode is kOff.
float gain_for(LowLight mode, LookAt what, int width, int height, const PlanarRgb& look);

// Brightens the first `width` columns and `height` rows. A gain of 1 keeps every bit.
void brighten(float gain, int width, int height, PlanarRgb* look);

}  // namespace mien
