// The lids' points of the mesh in pairs.
#pragma once

#include <array>

#include "face/topology.h"

namespace mien {

// A point of the upper lid above the point of the lower one, from corner to corner.
struct Lids {
  std::array<topology::Index, 7> upper, lower;
  std::array<topology::Index, 2> corners;
};
inline constexpr std::array<Lids, 2> kLids = {
    {{{246, 161, 160, 159, 158, 157, 173}, {7, 163, 144, 145, 153, 154, 155}, topology::kRightEyeCorners},
     {{466, 388, 387, 386, 385, 384, 398}, {249, 390, 373, 374, 380, 381, 382}, topology::kLeftEyeCorners}}};

}  // namespace mien
