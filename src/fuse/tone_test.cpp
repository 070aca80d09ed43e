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

// A face as wide as the picture of 60 x 50, looking straight.
constexpr FaceHalves kUpright{{29.5f, 24.5f}, {1.0f / 60, 0}};

// Brighter from left to right by this factor at most, as light from one side makes it.
PlanarRgb lit_from_right(PlanarRgb picture, float factor) {
  for (std::size_t i = 0; i < picture.plane(); ++i) {
    const float t = static_cast<float>(i % 60) / 59, k = 1 + (factor - 1) * t * t * (3 - 2 * t);
    for (int c = 0; c < 3; ++c) picture.channel(c)[i] *= k;
  }
  return picture;
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
  EXPECT_NEAR(brightness_match(make_skin(100, 75, 62), make_skin(200, 150, 124), whole_face().skin), 2.0f,
              0.03f);
  EXPECT_NEAR(brightness_match(make_skin(180, 75, 62), make_skin(180, 20, 30), whole_face().skin), 1.0f,
              1e-3f);
}

TEST(Tone, ADifferenceBelowTheThresholdIsLeftAlone) {
  PlanarRgb picture = make_skin(200, 150, 125);
  const std::vector<float> before = picture.values;
  EXPECT_FALSE(match_tone(make_skin(203, 152, 124), whole_face(), kUpright, {}, &picture).changed);
  EXPECT_EQ(picture.values, before);
}

TEST(Tone, CompensationReachesTheTargetsColourInProportionToItsStrength) {
  const PlanarRgb target = make_skin(130, 85, 60, 2);
  float before = skin_difference(make_skin(200, 150, 125), target, whole_face().skin, 1);
  ASSERT_GT(before, 15);
  for (const float strength : {0.25f, 0.5f, 1.0f}) {
    PlanarRgb picture = make_skin(200, 150, 125);
    EXPECT_TRUE(match_tone(target, whole_face(), kUpright, {5, strength}, &picture).changed);
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
  EXPECT_FALSE(match_tone(target, whole_face(), kUpright, {5, 0}, &picture).changed);
  FaceMasks empty = whole_face();
  empty.skin.fill(0);
  EXPECT_FALSE(match_tone(target, empty, kUpright, {}, &picture).changed);
  EXPECT_EQ(brightness_match(picture, target, empty.skin), 1.0f);
  EXPECT_EQ(skin_difference(picture, target, empty.skin, 1), 0.0f);
  EXPECT_EQ(picture.values, before);
}

TEST(Tone, OutsideOfTheMaskNothingChanges) {
  FaceMasks masks = whole_face();
  for (std::size_t i = 0; i < masks.alpha.size() / 2; ++i) masks.alpha.values[i] = 0;
  PlanarRgb picture = make_skin(200, 150, 125);
  const std::vector<float> before = picture.values;
  ASSERT_TRUE(match_tone(make_skin(130, 85, 60), masks, kUpright, {}, &picture).changed);
  for (std::size_t i = 0; i < masks.alpha.size() / 2; ++i) EXPECT_EQ(picture.channel(0)[i], before[i]);
}

TEST(Tone, EachHalfGetsTheColoursOfItsOwnSide) {
  const PlanarRgb target = lit_from_right(make_skin(110, 78, 62, 2), 1.8f);
  PlanarRgb picture = make_skin(150, 107, 86);
  const ToneReport report = match_tone(target, whole_face(), kUpright, {}, &picture);
  ASSERT_TRUE(report.changed);
  EXPECT_GT(std::min(report.sides_before[0], report.sides_before[1]), 6);
  EXPECT_LT(std::max(report.sides_after[0], report.sides_after[1]), 2.5f);
  EXPECT_LT(report.after, 1.5f);
}

TEST(Tone, SidesThatErrOppositelyAreSeenThoughTheirMeanIsRight) {
  const PlanarRgb target = lit_from_right(make_skin(100, 71, 57, 2), 1.8f);
  PlanarRgb picture = lit_from_right(make_skin(180, 128, 103), 1 / 1.8f);
  const float whole = skin_difference(picture, target, whole_face().skin, 1);
  EXPECT_LT(whole, 5);
  const ToneReport report = match_tone(target, whole_face(), kUpright, {}, &picture);
  EXPECT_TRUE(report.changed);
  for (int s = 0; s < 2; ++s) EXPECT_LT(report.sides_after[s], 0.4f * report.sides_before[s]);
}

TEST(Tone, BetweenTheHalvesThereIsNoStep) {
  PlanarRgb target = make_skin(90, 64, 51), picture = make_skin(150, 107, 86);
  for (std::size_t i = 0; i < target.plane(); ++i) {
    for (int c = 0; c < 3; ++c) {
      target.channel(c)[i] = i % 60 < 30 ? 70.0f : 170.0f;
      picture.channel(c)[i] = 120;
    }
  }
  ASSERT_TRUE(match_tone(target, whole_face(), kUpright, {}, &picture).changed);
  for (int x = 1; x < 60; ++x) {
    const float rise = picture.channel(1)[25 * 60 + x] - picture.channel(1)[25 * 60 + x - 1];
    EXPECT_TRUE(rise >= -0.01f && rise < 6.5f)
        << x << ": " << rise;  // 100 over half of the width, steepest in its middle
  }
  EXPECT_NEAR(picture.channel(1)[25 * 60 + 2], 70, 1.5f);
  EXPECT_NEAR(picture.channel(1)[25 * 60 + 57], 170, 1.5f);
}

TEST(Tone, AHalfWithoutSkinGetsTheWholeFacesCorrection) {
  FaceMasks masks = whole_face();
  for (std::size_t i = 0; i < masks.skin.size(); ++i) masks.skin.values[i] = i % 60 < 30 ? 1.0f : 0.0f;
  const PlanarRgb target = make_skin(130, 85, 60, 2);
  PlanarRgb picture = make_skin(200, 150, 125);
  const ToneReport report = match_tone(target, masks, kUpright, {}, &picture);
  ASSERT_TRUE(report.changed);
  EXPECT_EQ(report.sides_before[1], 0.0f);
  EXPECT_LT(skin_difference(picture, target, whole_face().skin, 1), 1.5f);
}

TEST(Tone, HalvesFollowTheMeshWhenTheHeadIsTilted) {
  Mesh mesh{};
  mesh[10] = {70, 20, 0}, mesh[4] = {50, 50, 0}, mesh[152] = {30, 80, 0};  // the nose's line leans
  mesh[234] = {20, 30, 0}, mesh[454] = {80, 70, 0};
  const FaceHalves halves = halves_of(mesh);
  EXPECT_NEAR(halves.at(50, 50), 0, 1e-5f);
  EXPECT_NEAR(halves.at(80, 70) - halves.at(20, 30), 1, 1e-5f);
  EXPECT_LT(halves.at(20, 30), 0);
}

}  // namespace
}  // namespace mien
