#include "face/low_light.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace mien {
namespace {

// As the networks do it. -> whether the look was changed
bool brighten_if_dark(LowLight mode, LookAt what, int width, int height, PlanarRgb* look) {
  const float gain = gain_for(mode, what, width, height, *look);
  brighten(gain, width, height, look);
  return gain > 1;
}

PlanarRgb noisy(int width, int height, float low, float high, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> value(low, high);
  PlanarRgb out;
  out.resize(width, height);
  for (float& v : out.values) v = value(random);
  return out;
}

// The plain twins, straight from the definitions.
int plain_level(const PlanarRgb& look, LookAt what, int width, int height) {
  std::vector<int> luma;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * look.width + x;
      luma.push_back(static_cast<int>(std::floor(0.299f * look.channel(0)[i] + 0.587f * look.channel(1)[i] +
                                                 0.114f * look.channel(2)[i] + 0.5f)));
    }
  }
  std::sort(luma.begin(), luma.end());
  const auto at = [&](double share) {
    return luma[static_cast<std::size_t>(std::ceil(share * static_cast<double>(luma.size()))) - 1];
  };
  return what == LookAt::kFace ? at(0.5) : std::max(at(0.5), static_cast<int>(at(0.9) * 3 / 8));
}

double plain_lift(double gain, double value) {
  return 255 * gain * (value / 255) / (1 + (gain - 1) * (value / 255));
}

// The lifted and smoothed value of a pixel.
double plain_value(const PlanarRgb& look, int c, int x, int y, int width, int height, double gain) {
  const double share = low_light_blur(static_cast<float>(gain)), weights[3] = {share, 1 - 2 * share, share};
  double sum = 0;
  for (int v = -1; v <= 1; ++v) {
    for (int u = -1; u <= 1; ++u) {
      const int px = std::clamp(x + u, 0, width - 1), py = std::clamp(y + v, 0, height - 1);
      sum += weights[u + 1] * weights[v + 1] *
             plain_lift(gain, look.channel(c)[static_cast<std::size_t>(py) * look.width + px]);
    }
  }
  return sum;
}

TEST(LowLight, LevelsAndCurveAreThoseOfThePlainForms) {
  for (const auto& [width, height] : {std::pair{1, 1}, {13, 127}, {128, 128}, {255, 31}}) {
    for (const float high : {3.0f, 20.0f, 60.0f, 255.0f}) {
      for (const LookAt what : {LookAt::kScene, LookAt::kFace}) {
        const PlanarRgb before = noisy(width, height, 0, high);
        PlanarRgb look = before;
        const int level = light_level(look, what, width, height);
        EXPECT_NEAR(level, plain_level(look, what, width, height),
                    1);  // a value on the edge of two levels may round either way
        const float gain = low_light_gain(level);
        EXPECT_EQ(brighten_if_dark(LowLight::kAuto, what, width, height, &look), gain > 1);
        for (std::size_t i = 0; i < look.plane(); ++i) {
          const int x = static_cast<int>(i % width), y = static_cast<int>(i / width);
          for (int c = 0; c < 3; ++c)
            ASSERT_NEAR(look.channel(c)[i], plain_value(before, c, x, y, width, height, gain), 2e-3)
                << i << " of " << width << " x " << height;
        }
      }
    }
  }
}

TEST(LowLight, OfLargeLooksAPartTellsTheLevel) {
  const PlanarRgb look = noisy(700, 500, 0, 60);
  for (const LookAt what : {LookAt::kScene, LookAt::kFace})
    EXPECT_NEAR(light_level(look, what, 700, 500), plain_level(look, what, 700, 500), 1);
}

TEST(LowLight, OrdinaryLightKeepsEveryBit) {
  for (const float low : {64.0f, 100.0f, 200.0f}) {
    const PlanarRgb before = noisy(40, 30, low - 30, low + 30);
    PlanarRgb look = before;
    EXPECT_FALSE(brighten_if_dark(LowLight::kAuto, LookAt::kFace, 40, 30, &look));
    EXPECT_EQ(look.values, before.values);
  }
}

TEST(LowLight, OnlyWhatIsMultipliedMuchIsBlurred) {
  EXPECT_EQ(low_light_blur(low_light_gain(20)), 0.0f);
  EXPECT_EQ(low_light_blur(low_light_gain(4)), 0.25f);
  for (int level = 1; level < 40; ++level)
    EXPECT_GE(low_light_blur(low_light_gain(level)), low_light_blur(low_light_gain(level + 1)));
}

TEST(LowLight, OffKeepsEveryBitInTheDark) {
  const PlanarRgb before = noisy(40, 30, 0, 12);
  PlanarRgb look = before;
  EXPECT_FALSE(brighten_if_dark(LowLight::kOff, LookAt::kScene, 40, 30, &look));
  EXPECT_EQ(look.values, before.values);
}

TEST(LowLight, ADarkLookGetsTheLightnessOfOrdinaryOnes) {
  for (const int level : {2, 5, 10, 16}) {
    PlanarRgb look = noisy(64, 64, static_cast<float>(level) - 1, static_cast<float>(level) + 1);
    ASSERT_TRUE(brighten_if_dark(LowLight::kAuto, LookAt::kFace, 64, 64, &look));
    EXPECT_NEAR(light_level(look, LookAt::kFace, 64, 64), 102, 3) << level;
  }
}

TEST(LowLight, AFallingLevelRaisesTheResultWithoutAStep) {
  const auto result = [](int level) { return plain_lift(low_light_gain(level), level); };
  EXPECT_EQ(low_light_gain(32), 1.0f);
  EXPECT_GT(low_light_gain(31), 1.0f);
  for (int level = 1; level < 60; ++level) {
    EXPECT_GE(low_light_gain(level), low_light_gain(level + 1));
    EXPECT_LT(std::abs(result(level) - result(level + 1)), 6) << level;
  }
}

TEST(LowLight, ALitFaceBeforeABlackWallIsNoDarkScene) {
  PlanarRgb look = noisy(60, 60, 0, 4);
  for (int y = 20; y < 44; ++y) {
    for (int x = 20; x < 44; ++x) {
      for (int c = 0; c < 3; ++c) look.channel(c)[y * 60 + x] = 170;
    }
  }
  EXPECT_FALSE(brighten_if_dark(LowLight::kAuto, LookAt::kScene, 60, 60, &look));
  EXPECT_TRUE(brighten_if_dark(LowLight::kAuto, LookAt::kFace, 60, 60, &look));
}

TEST(LowLight, TheOrderOfValuesStaysAndNothingLeavesTheRange) {
  PlanarRgb look;
  look.resize(256, 3);
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < 3; ++y) {
      for (int x = 0; x < 256; ++x) look.channel(c)[y * 256 + x] = x < 230 ? 2 : static_cast<float>(x);
    }
  }
  ASSERT_TRUE(brighten_if_dark(LowLight::kAuto, LookAt::kFace, 256, 3, &look));
  for (int x = 231; x < 256; ++x) EXPECT_GT(look.channel(1)[256 + x], look.channel(1)[256 + x - 1]);
  EXPECT_LE(look.channel(1)[255], 255.01f);
}

TEST(LowLight, PaddingBesideTheUsedPartIsNeitherReadNorChanged) {
  PlanarRgb look = noisy(50, 40, 0, 14), padded = look;
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < 40; ++y) {
      for (int x = 0; x < 50; ++x) {
        if (x >= 33 || y >= 21) padded.channel(c)[y * 50 + x] = 255;
      }
    }
  }
  EXPECT_EQ(light_level(look, LookAt::kScene, 33, 21), light_level(padded, LookAt::kScene, 33, 21));
  ASSERT_TRUE(brighten_if_dark(LowLight::kAuto, LookAt::kScene, 33, 21, &look));
  ASSERT_TRUE(brighten_if_dark(LowLight::kAuto, LookAt::kScene, 33, 21, &padded));
  EXPECT_EQ(padded.channel(0)[20 * 50 + 32], look.channel(0)[20 * 50 + 32]);
  EXPECT_EQ(padded.channel(0)[33], 255);
  EXPECT_EQ(padded.channel(2)[21 * 50], 255);
}

TEST(LowLight, OneColourAndBlackAreDefined) {
  for (const float value : {0.0f, 1.0f, 31.0f, 255.0f}) {
    PlanarRgb look = noisy(17, 9, value, std::nextafter(value, 1000.0f));
    brighten_if_dark(LowLight::kAuto, LookAt::kScene, 17, 9, &look);
    for (const float v : look.values) ASSERT_TRUE(v >= 0 && v <= 255.01f) << value;
  }
}

}  // namespace
}  // namespace mien
