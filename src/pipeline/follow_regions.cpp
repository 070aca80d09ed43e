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
  return {map.probability, compose(map.map_from_frame, before_from_now), {}};
}

// Hair that is half seen flickers: a new look is mixed with the one before, moved along.
constexpr float kNewShare = 0.6f;

// share: of `now`, whose grid stays.
void mix_in(const RegionMap& before, float share, RegionMap* now) {
  const int w = now->probability.width, h = now->probability.height;
  thread_local Plane sampled;
  for (int c = 0; c < kRegionClasses; ++c) {
    before.sample({static_cast<RegionClass>(c)}, now->map_from_frame.inverse(), w, h, &sampled);
    float* values = now->probability.channel(c);
    for (std::size_t i = 0; i < sampled.size(); ++i)
      values[i] = sampled.values[i] + share * (values[i] - sampled.values[i]);
  }
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
  if (seen && known != looks_.end()) mix_in(moved(known->map, known->square, now), kNewShare, &*seen);
  if (known != looks_.end()) looks_.erase(known);
  if (seen) looks_.push_back({number, period - 1, now, *seen});
  return seen;
}

void RegionFollower::keep(std::span<const FollowedFace> faces) {
  std::erase_if(looks_, [&](const Look& look) {
    return std::none_of(faces.begin(), faces.end(),
                        [&](const FollowedFace& face) { return face.number == look.number; });
  });
}

}  // namespace mien
