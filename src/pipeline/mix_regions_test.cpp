#include "pipeline/mix_regions.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

constexpr int kSide = 8;
constexpr float kTolerance = 1e-4f;

// A share of hair everywhere, skin for the rest.
RegionMap map_with(float hair) {
  RegionMap map;
  map.probability.resize(kRegionClasses, kSide, kSide);
  std::fill(map.probability.values.begin(), map.probability.values.end(), 0.0f);
  for (int i = 0; i < kSide * kSide; ++i) {
    map.probability.channel(static_cast<int>(RegionClass::kHair))[i] = hair;
    map.probability.channel(static_cast<int>(RegionClass::kSkin))[i] = 1 - hair;
  }
  return map;
}

float middle(const RegionMap& map, RegionClass c) {
  return map.probability.channel(static_cast<int>(c))[kSide / 2 * kSide + kSide / 2];
}

float mixed_hair(float before, float now) {
  RegionMap map = map_with(now);
  mix_with_earlier(map_with(before), &map);
  EXPECT_NEAR(middle(map, RegionClass::kHair) + middle(map, RegionClass::kSkin), 1, kTolerance);
  return middle(map, RegionClass::kHair);
}

TEST(MixRegions, ASmallStepIsTakenSlowlyAndALargeOneAtOnce) {
  EXPECT_NEAR(mixed_hair(0.5f, 0.5f), 0.5f, kTolerance);
  EXPECT_NEAR(mixed_hair(0.4f, 0.5f), 0.43f, kTolerance);
  EXPECT_NEAR(mixed_hair(0.5f, 0.4f), 0.47f, kTolerance);
  EXPECT_NEAR(mixed_hair(0.0f, 1.0f), 0.9f, kTolerance);
}

TEST(MixRegions, NothingComesInAgainstTheStep) {
  float last = 0;
  for (int i = 0; i <= 20; ++i) {
    const float step = static_cast<float>(i) / 20, taken = mixed_hair(0, step);
    EXPECT_GE(taken, last);
    EXPECT_LE(taken, step + kTolerance);
    last = taken;
  }
}

TEST(MixRegions, AllClassesOfAPlaceGetTheShareOfTheOneThatChangedMost) {
  RegionMap before = map_with(0), now = map_with(0);
  const auto at = static_cast<std::size_t>(kSide / 2 * kSide + kSide / 2);
  // Skin goes all at once, to an occluder for the most part and to hair a little.
  now.probability.channel(static_cast<int>(RegionClass::kSkin))[at] = 0;
  now.probability.channel(static_cast<int>(RegionClass::kOccluder))[at] = 0.9f;
  now.probability.channel(static_cast<int>(RegionClass::kHair))[at] = 0.1f;
  mix_with_earlier(before, &now);
  EXPECT_NEAR(middle(now, RegionClass::kOccluder), 0.81f, kTolerance);
  EXPECT_NEAR(middle(now, RegionClass::kHair), 0.09f, kTolerance);
  EXPECT_NEAR(middle(now, RegionClass::kSkin), 0.1f, kTolerance);
  // Beside it nothing changed, and nothing does.
  EXPECT_NEAR(now.probability.channel(static_cast<int>(RegionClass::kSkin))[at + 1], 1, kTolerance);
}

TEST(MixRegions, GlassesToo) {
  FineMask before, now;
  before.share.resize(kSide, kSide), now.share.resize(kSide, kSide);
  before.share.fill(0.4f), now.share.fill(0.5f);
  mix_with_earlier(before, &now);
  EXPECT_NEAR(now.share.row(kSide / 2)[kSide / 2], 0.43f, kTolerance);
}

}  // namespace
}  // namespace mien
