#include "pipeline/follow_regions.h"

#include <algorithm>

#include "core/try.h"
#include "pipeline/mix_regions.h"

namespace mien {
namespace {

// To where the face was in `before` from where it is in `now`.
Affine before_from(const LevelSquare& before, const LevelSquare& now) {
  constexpr int kUnit = 256;  // any size will do: there and back again
  return compose(crop_from_frame(before, 1, kUnit).inverse(), crop_from_frame(now, 1, kUnit));
}

// The map of a face that was in `before` and is in `now`.
RegionMap moved(const RegionMap& map, const LevelSquare& before, const LevelSquare& now) {
  const Affine there = before_from(before, now);
  RegionMap out{map.probability, compose(map.map_from_frame, there), map.glasses, map.look};
  if (out.glasses) out.glasses->mask_from_frame = compose(out.glasses->mask_from_frame, there);
  return out;
}

constexpr int kLooksPerGlasses = 2;  // at the regions, from one look for glasses to the next ...
constexpr int kMostLooksApart = 16;  // ... more and more, where they are only suspected and never seen
constexpr int kLooksWithout = 3;     // for glasses, after which those that were seen are gone

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
  if (!seen) return seen;
  Look look{number, period - 1, 0, 0, now, std::move(*seen)};
  if (known != looks_.end()) {
    const RegionMap before = moved(known->map, known->square, now);
    mix_with_earlier(before, &look.map);
    look.map.glasses = before.glasses;
    look.looks_to_glasses = known->looks_to_glasses - 1, look.without_glasses = known->without_glasses;
    looks_.erase(known);
  }
  look.map.look = period > 1 ? ++looks_made_ : 0;
  if (look.looks_to_glasses <= 0) {
    MIEN_TRY(look_for_glasses(frame, mesh, networks, scratch, trace, &look));
  }
  looks_.push_back(std::move(look));
  return std::optional<RegionMap>(looks_.back().map);
}

Done RegionFollower::look_for_glasses(ImageView frame, const Mesh& mesh, const FaceNetworks& networks,
                                      FindScratch& scratch, Trace& trace, Look* look) {
  std::optional<RegionMap> now = std::move(look->map);
  const std::optional<FineMask> before = std::move(now->glasses);
  now->glasses.reset();
  MIEN_TRY(find_glasses(frame, mesh, networks, scratch, trace, &now));
  look->without_glasses = now->glasses ? 0 : std::min(look->without_glasses + 1, kLooksWithout);
  if (now->glasses && before) mix_with_earlier(*before, &*now->glasses);
  if (!now->glasses && look->without_glasses < kLooksWithout) now->glasses = before;
  look->map = std::move(*now);
  look->looks_to_glasses = look->map.glasses
                               ? kLooksPerGlasses
                               : std::min(kLooksPerGlasses << look->without_glasses, kMostLooksApart);
  return {};
}

void RegionFollower::keep(std::span<const int> numbers) { forget_others(numbers, &looks_); }

}  // namespace mien
