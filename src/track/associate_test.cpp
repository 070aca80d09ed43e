#include "track/associate.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

using Indices = std::vector<int>;

TEST(Overlap, IsOneForTheSameBoxAndZeroForBoxesApart) {
  const Box box{10, 20, 30, 60};
  EXPECT_FLOAT_EQ(overlap(box, box), 1);
  EXPECT_FLOAT_EQ(overlap(box, {30, 20, 50, 60}), 0);
  EXPECT_FLOAT_EQ(overlap({0, 0, 2, 2}, {1, 0, 3, 2}), 2.0f / 6);
  EXPECT_FLOAT_EQ(overlap({0, 0, 0, 0}, {0, 0, 0, 0}), 0);
}

TEST(Associate, GivesEveryTrackTheFaceThatOverlapsMost) {
  const std::vector<Box> tracks = {{0, 0, 10, 10}, {20, 0, 30, 10}};
  EXPECT_EQ(associate(tracks, {{21, 0, 31, 10}, {1, 0, 11, 10}}, 0.3f), (Indices{1, 0}));
}

TEST(Associate, LeavesTracksWithoutAFaceAlone) {
  EXPECT_EQ(associate({{0, 0, 10, 10}, {20, 0, 30, 10}}, {{0, 1, 10, 11}}, 0.3f), (Indices{0, -1}));
  EXPECT_EQ(associate({{0, 0, 10, 10}}, {{9, 9, 19, 19}}, 0.3f), (Indices{-1}));
  EXPECT_EQ(associate({}, {{0, 0, 1, 1}}, 0.3f), Indices{});
  EXPECT_EQ(associate({{0, 0, 1, 1}}, {}, 0.3f), Indices{-1});
}

TEST(Associate, GivesAFaceToOneTrackOnly) {
  EXPECT_EQ(associate({{0, 0, 10, 10}, {2, 0, 12, 10}}, {{2, 0, 12, 10}}, 0.3f), (Indices{-1, 0}));
}

}  // namespace
}  // namespace mien
