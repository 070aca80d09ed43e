// Which of the faces found belongs to which track.
#pragma once

#include <vector>

#include "mien/geometry.h"

namespace mien {

// Intersection over union, 0..1.
float overlap(const Box& a, const Box& b);

// For every track the index of its face, -1 for none. Pairs with the largest overlap come first; each face
// goes to one track at most; pairs that overlap less than min_overlap are no pairs.
std::vector<int> associate(const std::vector<Box>& tracks, const std::vector<Box>& faces, float min_overlap);

}  // namespace mien
