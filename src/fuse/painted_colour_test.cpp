#include "fuse/painted_colour.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

constexpr int kSize = 120;

// Pink skin, and a painted square in its middle of the colour (r, 150, b).
struct Painted {
  PlanarRgb picture;
  Plane share, skin;

  Painted(float r, float b) {
    picture.resize(kSize, kSize), share.resize(kSize, kSize), skin.resize(kSize, kSize);
    skin.fill(1), share.fill(0);
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        const bool painted = std::max(std::abs(x - 60), std::abs(y - 60)) < 12;
        const std::size_t i = static_cast<std::size_t>(y) * kSize + x;
        share.values[i] = painted ? 1.0f : 0.0f;
        picture.channel(0)[i] = painted ? r : 210, picture.channel(1)[i] = 150;
        picture.channel(2)[i] = painted ? b : 160;
      }
    }
  }
  void match() { match_painted_colour(share, skin, 80, &picture); }
  float at(int channel, int x) const { return picture.channel(channel)[60 * kSize + x]; }
  float light(int x) const { return 0.299f * at(0, x) + 0.587f * at(1, x) + 0.114f * at(2, x); }
};

TEST(PaintedColour, GoesOnFromTheSkinAround) {
  Painted green(160, 140);
  const float light = green.light(60);
  green.match();
  EXPECT_NEAR((green.at(0, 60) + 12) / (green.at(1, 60) + 12), 222 / 162.0f, 0.03f);
  EXPECT_NEAR((green.at(2, 60) + 12) / (green.at(1, 60) + 12), 172 / 162.0f, 0.03f);
  EXPECT_NEAR(green.light(60), light + 0.7f * (green.light(20) - light), 2) << "most of the way";
  EXPECT_EQ(green.at(0, 20), 210) << "what is bare stays";
}

TEST(PaintedColour, TheSameColourStays) {
  Painted pink(210, 160);
  pink.match();
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(pink.at(c, 60), c == 0 ? 210 : c == 1 ? 150 : 160, 0.5f);
}

TEST(PaintedColour, WhatIsLighterKeepsItsLight) {
  Painted gloss(255, 235);
  const float light = gloss.light(60);
  ASSERT_GT(light, gloss.light(20) + 10);
  gloss.match();
  EXPECT_NEAR(gloss.light(60), light, 1);
}

// What a frame shades so deeply may be a face's form as well.
TEST(PaintedColour, IsLiftedByALimitedFactor) {
  Painted black(20, 20);
  for (std::size_t i = 0; i < black.share.size(); ++i)
    if (black.share.values[i] > 0) black.picture.channel(1)[i] = 20;
  black.match();
  EXPECT_LT(black.light(60), 35);
  EXPECT_GT(black.light(60), 25);
}

TEST(PaintedColour, BrowsAndEyesStayAsPainted) {
  Painted green(160, 140);
  for (int y = 55; y < 65; ++y)
    for (int x = 55; x < 65; ++x) green.skin.row(y)[x] = 0;
  green.match();
  EXPECT_EQ(green.at(0, 60), 160);
  EXPECT_GT(green.at(0, 50), 170);
}

TEST(PaintedColour, WithoutBareSkinNothingChanges) {
  Painted green(160, 140);
  green.share.fill(1);
  const PlanarRgb before = green.picture;
  green.match();
  for (int c = 0; c < 3; ++c)
    EXPECT_TRUE(std::equal(before.channel(c), before.channel(c) + before.plane(), green.picture.channel(c)));
}

}  // namespace
}  // namespace mien
