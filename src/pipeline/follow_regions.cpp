#include "pipeline/follow_regions.h"

#include <algorithm>

#include "core/try.h"

namespace mien {
namespace {

// The map of a face that was in `before` and is in `now`.
RegionMap moved(const RegionMap& map, const LevelSquare& before, const LevelSquare& now) {
  constexpr int kUnit = 256;  // any size will do: there and back again
  const Affine before_from_now =
      compose(crop_from_frame(before, 1, kUnit).inverse(), crop_from_frame(now, 1, kUnit));
  return {map.probability, compose(map.map_from_frame, before_from_now)};
}

}  // namespace

Result<std::optional<RegionMap>> RegionFollower::next(ImageView frame, int number, const Mesh& mesh,
                                                      int period, int side_px, const FaceNetworks& networks,
                                                      FindScratch& scratch, Trace& trace) {
  const auto known =
      std::find_if(looks_.begin(), looks_.end(), [&](const Look& look) { return look.number == number; });
  const LevelSquare now = level_square(mesh);
  if (period > 1 && known != looks_.end() && known->frames_to_next > 0) {
    known->frames_to_next = std::min(known->frames_to_next, period) - 1;
    return std::optional<RegionMap>(moved(known->map, known->square, now));
  }
  MIEN_ASSIGN(std::optional<RegionMap> seen, find_regions(frame, mesh, networks, scratch, trace, side_px));
  if (known != looks_.end()) looks_.erase(known);
  if (seen && period > 1) looks_.push_back({number, period - 1, now, *seen});
  return seen;
}

void RegionFollower::keep(std::span<const FollowedFace> faces) {
  std::erase_if(looks_, [&](const Look& look) {
    return std::none_of(faces.begin(), faces.end(),
                        [&](const FollowedFace& face) { return face.number == look.number; });
  });
}

}  // namespace mien
