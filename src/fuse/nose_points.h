// Points of the nose that more than one part of a fusion looks at.
#pragma once

#include <array>

#include "face/topology.h"

namespace mien {

// Beside the ridge, from between the eyes to the tip; the person's right side, then the left.
inline constexpr std::array<std::array<topology::Index, 7>, 2> kBesideRidge = {
    {{193, 122, 196, 3, 51, 45, 44}, {417, 351, 419, 248, 281, 275, 274}}};

}  // namespace mien
