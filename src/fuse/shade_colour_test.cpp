#include "fuse/shade_colour.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mien {
namespace {

constexpr int kSize = 48, kFactor = 4;
constexpr float kLow = 60;

// Skin of which every column has another lightness around kLow, and a and b of its own making.
class Shade : public testing::Test {
 protected:
  Shade() {
    picture_.resize(kSize, kSize);
    mask_.resize(kSize, kSize), mask_.fill(1);
    low_.resize(kSize, kSize), low_.fill(kLow);
    for (Plane* p : {&tint_a_, &tint_b_}) p->resize(kSize / kFactor, kSize / kFactor);
  }
  static float lightness(int x) { return kLow + 16 * std::sin(static_cast<float>(x)); }
  static float fy(float l) { return (l + 16) / 116; }

  template <class ColourOf>
  ShadeColour measure(ColourOf colour_of) {
    const Lab around = colour_of(kLow);
    tint_a_.fill(around.a / fy(kLow)), tint_b_.fill(around.b / fy(kLow));
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        const LinearRgb c = linear_from_lab(colour_of(lightness(x)));
        picture_.channel(0)[y * kSize + x] = srgb_from_linear(c.r);
        picture_.channel(1)[y * kSize + x] = srgb_from_linear(c.g);
        picture_.channel(2)[y * kSize + x] = srgb_from_linear(c.b);
      }
    }
    return measure_shade_colour(picture_, {low_, tint_a_, tint_b_, kFactor}, mask_);
  }

  PlanarRgb picture_;
  Plane mask_, low_, tint_a_, tint_b_;
};

TEST_F(Shade, MattSkinKeepsItsChromaticity) {
  const auto matt = [](float l) { return tinted(l, {20, 28}); };
  const ShadeColour s = measure(matt);
  EXPECT_NEAR(s.slope.a, 0, 0.5f);
  EXPECT_NEAR(s.slope.b, 0, 0.5f);
  EXPECT_NEAR(s.level.a, 0, 0.2f);
}

// Glossy skin has the same a and b in light and in shadow; so has what is made with what was measured.
TEST_F(Shade, GlossySkinIsRedderInItsShadows) {
  const auto glossy = [](float l) { return Lab{l, 13, 18}; };
  const ShadeColour s = measure(glossy);
  EXPECT_LT(s.slope.a, -10);
  const Tint around{13 / fy(kLow), 18 / fy(kLow)};
  for (const float l : {48.0f, 60.0f, 72.0f}) {
    const Lab made = shaded(l, kLow, around, s);
    EXPECT_NEAR(made.a, 13, 0.6f) << l;
    EXPECT_NEAR(made.b, 18, 0.8f) << l;
  }
  EXPECT_NEAR(tinted(48, around).b, 15.2f, 0.1f);  // what it was before: greyer by a sixth
}

TEST_F(Shade, FarFromTheSkinsLightnessColoursChangeNoFurther) {
  const ShadeColour s{{0, 0}, {-20, -30}};
  const Lab pupil = shaded(2, kLow, {20, 28}, s);
  EXPECT_NEAR(pupil.a, fy(2) * (20 + 20 * kMostShade), 1e-3f);
}

TEST_F(Shade, NothingIsMeasuredWhereNoSkinIs) {
  mask_.fill(0);
  const ShadeColour s = measure([](float l) { return Lab{l, 13, 18}; });
  EXPECT_EQ(s.slope.a, 0);
  EXPECT_EQ(s.level.b, 0);
}

}  // namespace
}  // namespace mien
