#include "fuse/colour.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mien {
namespace {

TEST(Colour, EveryByteSurvivesLinearLight) {
  for (int v = 0; v < 256; ++v)
    EXPECT_NEAR(srgb_from_linear(linear_from_srgb(static_cast<float>(v))), v, 0.02f);
}

TEST(Colour, PolynomialsFollowTheStandardsPowers) {
  for (int k = 0; k <= 4096; ++k) {
    const double v = k / 4096.0, linear = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    EXPECT_NEAR(linear_from_srgb(static_cast<float>(255 * v)), linear, 1.2e-5);
    EXPECT_NEAR(srgb_from_linear(static_cast<float>(linear)), 255 * v, 0.003) << v;
  }
}

TEST(Colour, CubeRootsAreExactToAMillionth) {
  for (float x = 1e-12f; x < 1e9f; x *= 1.037f) EXPECT_NEAR(fast_cbrt(x) / std::cbrt(x), 1, 1e-6f) << x;
}

TEST(Colour, LabOfKnownColours) {
  // Published values for sRGB red, a skin tone and mid grey (D65).
  const auto lab = [](float r, float g, float b) {
    return lab_from_linear({linear_from_srgb(r), linear_from_srgb(g), linear_from_srgb(b)});
  };
  const Lab red = lab(255, 0, 0);
  EXPECT_NEAR(red.l, 53.24f, 0.05f);
  EXPECT_NEAR(red.a, 80.09f, 0.1f);
  EXPECT_NEAR(red.b, 67.20f, 0.1f);
  const Lab grey = lab(119, 119, 119);
  EXPECT_NEAR(grey.l, 50.03f, 0.05f);
  EXPECT_NEAR(grey.a, 0, 0.02f);
  EXPECT_NEAR(grey.b, 0, 0.02f);
  EXPECT_NEAR(lab(255, 255, 255).l, 100, 0.02f);
  EXPECT_NEAR(lab(0, 0, 0).l, 0, 0.02f);
}

TEST(Colour, LabAndBackIsTheIdentityOverTheWholeCube) {
  for (int r = 0; r <= 255; r += 17) {
    for (int g = 0; g <= 255; g += 17) {
      for (int b = 0; b <= 255; b += 17) {
        const LinearRgb in{linear_from_srgb(static_cast<float>(r)), linear_from_srgb(static_cast<float>(g)),
                           linear_from_srgb(static_cast<float>(b))};
        const LinearRgb out = linear_from_lab(lab_from_linear(in));
        EXPECT_NEAR(srgb_from_linear(out.r), r, 0.12f);
        EXPECT_NEAR(srgb_from_linear(out.g), g, 0.12f);
        EXPECT_NEAR(srgb_from_linear(out.b), b, 0.12f);
      }
    }
  }
}

TEST(Colour, LightnessAndLuminanceAreInverse) {
  for (float l = 0; l <= 100; l += 2.5f)
    EXPECT_NEAR(lightness_from_luminance(luminance_from_lightness(l)), l, 0.02f);
}

TEST(Colour, ValuesOutsideTheRangeAreClampedNotWrapped) {
  EXPECT_EQ(linear_from_srgb(-5), 0);
  EXPECT_NEAR(linear_from_srgb(300), 1, 1e-6f);
  EXPECT_EQ(srgb_from_linear(-1), 0);
  EXPECT_NEAR(srgb_from_linear(7), 255, 1e-3f);
}

}  // namespace
}  // namespace mien
