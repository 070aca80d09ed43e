#include "face/closed_mouth.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "face/topology.h"

namespace mien {
namespace {

using topology::kInnerLips;

// Inner lips from (30, 50) to (70, 50), open by `opening` of their width in the middle.
Mesh mouth(float opening) {
  Mesh mesh{};
  const std::size_t half = kInnerLips.size() / 2;
  for (std::size_t k = 0; k < kInnerLips.size(); ++k) {
    const bool upper = k <= half;
    const float along = static_cast<float>(upper ? k : kInnerLips.size() - k) / static_cast<float>(half);
    const float gap = 40 * opening * 4 * along * (1 - along) / 2;
    mesh[kInnerLips[k]] = {30 + 40 * along, upper ? 50 - gap : 50 + gap, 0};
  }
  mesh[topology::kFivePoints[3]] = {30, 50, 0}, mesh[topology::kFivePoints[4]] = {70, 50, 0};
  return mesh;
}

// Lips everywhere, of which `share` is called inner mouth.
RegionMap regions(float share) {
  RegionMap map;
  map.probability.resize(kRegionClasses, 4, 4);
  std::fill(map.probability.values.begin(), map.probability.values.end(), 0.0f);
  std::fill_n(map.probability.channel(static_cast<int>(RegionClass::kLip)), 16, 1 - share);
  std::fill_n(map.probability.channel(static_cast<int>(RegionClass::kInnerMouth)), 16, share);
  return map;
}

float opening_after(float opening, float share) {
  Mesh mesh = mouth(opening);
  close_unseen_mouth(regions(share), &mesh);
  return mouth_opening(mesh);
}

TEST(ClosedMouth, LipsMeetWhereNoInnerMouthIsSeen) {
  EXPECT_NEAR(mouth_opening(mouth(0.1f)), 0.1f, 1e-4f);
  EXPECT_NEAR(opening_after(0.1f, 0.05f), 0, 1e-4f);
}

TEST(ClosedMouth, StaysOpenWhereOneIsSeen) { EXPECT_NEAR(opening_after(0.1f, 0.8f), 0.1f, 1e-4f); }

TEST(ClosedMouth, ComesNearerWhereTheRegionsDoubt) {
  const float doubted = opening_after(0.1f, 0.45f);
  EXPECT_GT(doubted, 0.02f);
  EXPECT_LT(doubted, 0.08f);
}

TEST(ClosedMouth, StaysAsItIsWhenOpenFurther) { EXPECT_NEAR(opening_after(0.3f, 0.0f), 0.3f, 1e-4f); }

// Inner mouth where the mouth is and lips elsewhere, on a grid of other pixels than the frame's.
TEST(ClosedMouth, LooksWhereTheMouthIs) {
  RegionMap map = regions(0);
  map.probability.resize(kRegionClasses, 40, 40);
  std::fill(map.probability.values.begin(), map.probability.values.end(), 0.0f);
  map.map_from_frame = {0.25f, 0, 5, 0, 0.25f, 2};  // the mouth lies at columns 12 to 22, rows 14 and 15
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 40; ++x) {
      const bool inside = x >= 10 && x <= 25 && y >= 12 && y <= 17;
      map.probability.channel(
          static_cast<int>(inside ? RegionClass::kInnerMouth : RegionClass::kLip))[y * 40 + x] = 1;
    }
  Mesh mesh = mouth(0.1f);
  close_unseen_mouth(map, &mesh);
  EXPECT_NEAR(mouth_opening(mesh), 0.1f, 1e-4f);
  map.map_from_frame = {0.25f, 0, -7, 0, 0.25f, 2};  // beside it
  close_unseen_mouth(map, &mesh);
  EXPECT_NEAR(mouth_opening(mesh), 0, 1e-4f);
}

TEST(ClosedMouth, CornersStay) {
  Mesh mesh = mouth(0.1f);
  const Mesh before = mesh;
  close_unseen_mouth(regions(0), &mesh);
  for (const auto corner : {kInnerLips[0], kInnerLips[kInnerLips.size() / 2]}) {
    EXPECT_EQ(mesh[corner].x, before[corner].x);
    EXPECT_EQ(mesh[corner].y, before[corner].y);
  }
}

}  // namespace
}  // namespace mien
