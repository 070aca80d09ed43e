#include "fuse/tone.h"

#include <gtest/gtest.h>

#include <random>

namespace mien {
namespace {

PlanarRgb make_skin(float red, float green, float blue, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> noise(-6, 6);
  PlanarRgb out;
  out.resize(60, 50);
  for (std::size_t i = 0; i < out.plane(); ++i) {
    const float grain = noise(random);
    out.channel(0)[i] = red + grain, out.channel(1)[i] = green + grain, out.channel(2)[i] = blue + grain;
  }
  return out;
}

FaceMasks whole_face() {
  FaceMasks masks;
  for (Plane* plane : {&masks.alpha, &masks.skin}) plane->resize(60, 50), plane->fill(1);
  return masks;
}

TEST(Tone, ShadowsAndHighlightsDoNotMoveTheSkinsColour) {
  PlanarRgb plain = make_skin(200, 150, 125), spoilt = make_skin(200, 150, 125);
  for (std::size_t i = 0; i < plain.plane(); i += 12) {
    for (int c = 0; c < 3; ++c) spoilt.channel(c)[i] = 5, spoilt.channel(c)[i + 5] = 255;
  }
  EXPECT_LT(skin_difference(spoilt, plain, whole_face().skin, 1), 0.5f);
}

TEST(Tone, BrightnessIsTheFactorBetweenTheLargestChannels) {
  EXPECT_NEAR(brightness_match(make_skin(100, 75, 62), make_skin(200, 150, 124), whole_face().skin), 2.0f, 0.03f);
  EXPECT_NEAR(brightness_match(make_skin(180, 75, 62), make_skin(180, 20, 30), whole_face().skin), 1.0f, 1e-3f);
}

TEST(Tone, ADifferenceBelowTheThresholdIsLeftAlone) {
  PlanarRgb picture = make_skin(200, 150, 125);
  const std::vector<float> before = picture.values;
  EXPECT_FALSE(compensate_tone(make_skin(203, 152, 124), whole_face(), {}, &picture));
  EXPECT_EQ(picture.values, before);
}

TEST(Tone, CompensationReachesTheTargetsColourInProportionToItsStrength) {
  const PlanarRgb target = make_skin(130, 85, 60, 2);
  float before = skin_difference(make_skin(200, 150, 125), target, whole_face().skin, 1);
  ASSERT_GT(before, 15);
  for (const float strength : {0.25f, 0.5f, 1.0f}) {
    PlanarRgb picture = make_skin(200, 150, 125);
    EXPECT_TRUE(compensate_tone(target, whole_face(), {5, strength}, &picture));
    const float after = skin_difference(picture, target, whole_face().skin, 1);
    EXPECT_LT(after, before);
    before = after;
  }
  EXPECT_LT(before, 1.0f);
}

TEST(Tone, StrengthZeroAndTooLittleSkinChangeNothing) {
  const PlanarRgb target = make_skin(130, 85, 60);
  PlanarRgb picture = make_skin(200, 150, 125);
  const std::vector<float> before = picture.values;
  EXPECT_FALSE(compensate_tone(target, whole_face(), {5, 0}, &picture));
  FaceMasks empty = whole_face();
  empty.skin.fill(0);
  EXPECT_FALSE(compensate_tone(target, empty, {}, &picture));
  EXPECT_EQ(brightness_match(picture, target, empty.skin), 1.0f);
  EXPECT_EQ(skin_difference(picture, target, empty.skin, 1), 0.0f);
  EXPECT_EQ(picture.values, before);
}

TEST(Tone, OutsideOfTheMaskNothingChanges) {
  FaceMasks masks = whole_face();
  for (std::size_t i = 0; i < masks.alpha.size() / 2; ++i) masks.alpha.values[i] = 0;
  PlanarRgb picture = make_skin(200, 150, 125);
  const std::vector<float> before = picture.values;
  ASSERT_TRUE(compensate_tone(make_skin(130, 85, 60), masks, {}, &picture));
  for (std::size_t i = 0; i < masks.alpha.size() / 2; ++i) EXPECT_EQ(picture.channel(0)[i], before[i]);
}

}  // namespace
}  // namespace mien
