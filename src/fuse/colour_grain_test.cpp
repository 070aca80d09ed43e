#include "fuse/colour_grain.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace mien {
namespace {

constexpr int kSize = 120;
constexpr float kWidth = 100;

float luma_at(const PlanarRgb& p, std::size_t i) {
  return 0.299f * p.channel(0)[i] + 0.587f * p.channel(1)[i] + 0.114f * p.channel(2)[i];
}

PlanarRgb make_picture(unsigned seed, float colour) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 1);
  PlanarRgb out;
  out.resize(kSize, kSize);
  for (std::size_t i = 0; i < out.plane(); ++i)
    for (int c = 0; c < 3; ++c) out.channel(c)[i] = 128 + colour * normal(random);
  return out;
}

struct ColourGrain : ::testing::Test {
  ColourGrain() {
    alpha.resize(kSize, kSize), alpha.fill(0);
    for (int y = 10; y < kSize - 10; ++y) std::fill_n(alpha.row(y) + 10, kSize - 20, 1.0f);
    skin = alpha;
  }
  Plane alpha, skin;
  ColourGrainScratch scratch;
};

// Standard deviation of what red differs from luma.
double noise_of(const PlanarRgb& p) {
  double sum = 0, squares = 0;
  int n = 0;
  for (int y = 20; y < kSize - 20; ++y)
    for (int x = 20; x < kSize - 20; ++x, ++n) {
      const std::size_t i = static_cast<std::size_t>(y) * kSize + x;
      const double d = p.channel(0)[i] - luma_at(p, i);
      sum += d, squares += d * d;
    }
  return std::sqrt(squares / n - sum / n * (sum / n));
}

TEST_F(ColourGrain, MissingNoiseIsAddedLumaStays) {
  const PlanarRgb target = make_picture(1, 4), before = make_picture(2, 1);
  PlanarRgb fused = before;
  match_colour_grain(target, alpha, skin, kWidth, &scratch, &fused);
  EXPECT_GT(noise_of(fused), 0.75 * noise_of(target));
  EXPECT_LT(noise_of(fused), 1.25 * noise_of(target));
  for (std::size_t i = 0; i < fused.plane(); ++i) {
    EXPECT_NEAR(luma_at(fused, i), luma_at(before, i), 1e-3f);
    if (alpha.values[i] == 0) {
      for (int c = 0; c < 3; ++c) EXPECT_EQ(fused.channel(c)[i], before.channel(c)[i]);
    }
  }
}

TEST_F(ColourGrain, NoisierFacesAndCleanTargetsChangeNothing) {
  const PlanarRgb noisy = make_picture(2, 6);
  PlanarRgb fused = noisy;
  match_colour_grain(make_picture(1, 2), alpha, skin, kWidth, &scratch, &fused);
  match_colour_grain(make_picture(1, 0), alpha, skin, kWidth, &scratch, &fused);
  EXPECT_EQ(fused.values, noisy.values);
}

TEST_F(ColourGrain, AGreyTargetLeavesAGreyFaceGrey) {
  PlanarRgb grey = make_picture(1, 0);
  std::mt19937 random(4);
  std::normal_distribution<float> normal(0, 5);
  for (std::size_t i = 0; i < grey.plane(); ++i) {
    const float v = 120 + normal(random);
    for (int c = 0; c < 3; ++c) grey.channel(c)[i] = v;
  }
  PlanarRgb fused = make_picture(1, 0);
  const PlanarRgb before = fused;
  match_colour_grain(grey, alpha, skin, kWidth, &scratch, &fused);
  EXPECT_EQ(fused.values, before.values);
}

TEST_F(ColourGrain, NoNumbersAndTinyPicturesChangeNothing) {
  PlanarRgb broken = make_picture(1, 4), fused = make_picture(2, 1);
  const PlanarRgb before = fused;
  broken.values.assign(broken.values.size(), std::nanf(""));
  match_colour_grain(broken, alpha, skin, kWidth, &scratch, &fused);
  EXPECT_EQ(fused.values, before.values);
  PlanarRgb small;
  small.resize(2, 1);
  Plane mask;
  mask.resize(2, 1), mask.fill(1);
  match_colour_grain(small, mask, mask, kWidth, &scratch, &small);
}

}  // namespace
}  // namespace mien
