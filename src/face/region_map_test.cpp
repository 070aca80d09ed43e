#include "face/region_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace mien {
namespace {

RegionMap half_hair() {
  RegionMap map;
  map.probability.resize(kRegionClasses, 16, 16);
  std::fill(map.probability.values.begin(), map.probability.values.end(), 0.0f);
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) {
      map.probability.channel(static_cast<int>(x < 8 ? RegionClass::kHair : RegionClass::kSkin))[y * 16 + x] =
          0.75f;
      map.probability.channel(static_cast<int>(RegionClass::kOccluder))[y * 16 + x] = 0.25f;
    }
  }
  map.map_from_frame = {0.25f, 0, -10, 0, 0.25f, -10};  // the grid covers frame pixels 40 to 100
  return map;
}

TEST(RegionMap, SamplesTheSumOfTheNamedClassesWhereTheFrameSays) {
  const RegionMap map = half_hair();
  Plane out;
  // A picture whose pixel (0, 0) is frame pixel (40, 40).
  map.sample({RegionClass::kHair, RegionClass::kOccluder}, {1, 0, 40, 0, 1, 40}, 61, 61, &out);
  EXPECT_NEAR(out.row(30)[5], 1.0f, 1e-5f);
  EXPECT_NEAR(out.row(30)[55], 0.25f, 1e-5f);
  EXPECT_NEAR(out.row(30)[30], 0.625f, 1e-4f);  // half way between the cells 7 and 8
}

TEST(RegionMap, RepeatsItsEdgeOutside) {
  Plane out;
  half_hair().sample({RegionClass::kSkin}, {1, 0, -5000, 0, 1, 70}, 2, 2, &out);
  EXPECT_NEAR(out.row(0)[0], 0.0f, 1e-6f);
  half_hair().sample({RegionClass::kSkin}, {1, 0, 5000, 0, 1, 70}, 2, 2, &out);
  EXPECT_NEAR(out.row(0)[0], 0.75f, 1e-6f);
}

TEST(FineMask, LiesWhereTheFrameSaysAndIsNothingOutside) {
  FineMask mask;
  mask.share.resize(9, 7);
  mask.share.fill(0);
  mask.share.row(3)[4] = 1;
  mask.mask_from_frame = {0.5f, 0, -10, 0, 0.5f, -10};  // its pixel (4, 3) is frame pixel (28, 26)
  Plane out;
  mask.sample({1, 0, 20, 0, 1, 20}, 40, 30, &out);
  EXPECT_FLOAT_EQ(out.row(6)[8], 1);
  EXPECT_FLOAT_EQ(out.row(6)[9], 0.5f);
  EXPECT_FLOAT_EQ(out.row(6)[12], 0);
  EXPECT_FLOAT_EQ(out.row(29)[39], 0);
}

// 40 x 40 cells of skin with a thing of w x h cells at (x, y).
Tensor skin_with_thing(int x, int y, int w, int h) {
  Tensor map;
  map.resize(kRegionClasses, 40, 40);
  std::fill(map.values.begin(), map.values.end(), 0.0f);
  for (int i = 0; i < 1600; ++i) {
    const bool thing = i % 40 >= x && i % 40 < x + w && i / 40 >= y && i / 40 < y + h;
    map.channel(static_cast<int>(RegionClass::kOccluder))[i] = thing ? 0.9f : 0;
    map.channel(static_cast<int>(RegionClass::kSkin))[i] = thing ? 0.1f : 1;
  }
  return map;
}

TEST(RegionMap, SpecksAreSkinAndThingsStay) {
  const auto things = [](Tensor map) {
    remove_specks(&map);
    float sum = 0;
    for (int i = 0; i < 1600; ++i) {
      sum += map.channel(static_cast<int>(RegionClass::kOccluder))[i];
      EXPECT_NEAR(map.channel(static_cast<int>(RegionClass::kOccluder))[i] +
                      map.channel(static_cast<int>(RegionClass::kSkin))[i],
                  1, 1e-6f);
    }
    return sum;
  };
  EXPECT_EQ(things(skin_with_thing(20, 20, 3, 1)), 0);
  EXPECT_EQ(things(skin_with_thing(39, 37, 1, 3)), 0);  // at the corner
  EXPECT_NEAR(things(skin_with_thing(20, 20, 5, 1)), 4.5f, 1e-4f);
  EXPECT_NEAR(things(skin_with_thing(0, 0, 40, 40)), 1440, 1e-1f);
}

// 40 x 40 of skin, or of `around`, with hair in a rectangle. -> what is left of it once specks are removed
float hair_left(int x0, int y0, int width, int height, RegionClass around = RegionClass::kSkin,
                float share = 1) {
  Tensor map;
  map.resize(kRegionClasses, 40, 40);
  std::fill(map.values.begin(), map.values.end(), 0.0f);
  const auto channel = [&](RegionClass kind) { return map.channel(static_cast<int>(kind)); };
  float* strands = channel(RegionClass::kHair);
  for (int i = 0; i < 1600; ++i) {
    const int x = i % 40 - x0, y = i / 40 - y0;
    const bool inside = x >= 0 && x < width && y >= 0 && y < height;
    strands[i] = inside ? 0.8f : 0.0f;
    channel(around)[i] += share * (1 - strands[i]);
    channel(RegionClass::kSkin)[i] += (1 - share) * (1 - strands[i]);
  }
  remove_specks(&map);
  return std::accumulate(strands, strands + 1600, 0.0f);
}

TEST(RegionMap, HairThatHangsFromNowhereInTheLowerFaceIsSkin) {
  EXPECT_EQ(hair_left(17, 24, 6, 3), 0);                  // a moustache, or the shadow below a nose
  EXPECT_NEAR(hair_left(17, 10, 6, 3), 14.4f, 1e-3f);     // strands on the forehead
  EXPECT_NEAR(hair_left(30, 5, 3, 25), 60.0f, 1e-3f);     // long hair that comes from above
  EXPECT_NEAR(hair_left(37, 24, 3, 4), 9.6f, 1e-3f);      // beside the face, cut by the crop
  EXPECT_NEAR(hair_left(10, 24, 20, 10), 160.0f, 1e-3f);  // a scarf of hair: too large
}

TEST(RegionMap, HairThatLiesElsewhereThanInSkinStays) {
  EXPECT_EQ(hair_left(17, 24, 6, 3, RegionClass::kLip), 0) << "lips are skin as well here";
  EXPECT_NEAR(hair_left(17, 24, 6, 3, RegionClass::kBackground), 14.4f, 1e-3f) << "the end of a braid";
  EXPECT_EQ(hair_left(17, 24, 6, 3, RegionClass::kBackground, 0.2f), 0) << "0.8 of it is skin";
  EXPECT_NEAR(hair_left(17, 24, 6, 3, RegionClass::kBackground, 0.4f), 14.4f, 1e-3f) << "0.6 of it";
}

}  // namespace
}  // namespace mien
