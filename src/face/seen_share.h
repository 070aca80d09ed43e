// How much of a part of the face the regions see as what it should be.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>

#include "face/region_map.h"
#include "face/topology.h"
#include "mien/face.h"

namespace mien {

// Of what the outline encloses, the share that the regions take for the classes, 0..1; none where it encloses
// nothing. mesh: in pixels of the regions' frame; the outline is looked at on a grid of its own, whatever its size.
std::optional<float> seen_share(const RegionMap& regions, std::initializer_list<RegionClass> classes,
                                const Mesh& mesh, std::span<const topology::Index> outline);

}  // namespace mien
