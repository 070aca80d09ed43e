#include "fuse/colour_detail.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace mien {
namespace {

constexpr int kWidth = 61, kHeight = 47;

float luma_at(const PlanarRgb& p, std::size_t i) {
  return 0.299f * p.channel(0)[i] + 0.587f * p.channel(1)[i] + 0.114f * p.channel(2)[i];
}

// Grey with noise in lightness, and noise in colour of strength `colour`.
PlanarRgb make_picture(unsigned seed, float colour) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 1);
  PlanarRgb out;
  out.resize(kWidth, kHeight);
  for (std::size_t i = 0; i < out.plane(); ++i) {
    const float light = 128 + 6 * normal(random);
    for (int c = 0; c < 3; ++c) out.channel(c)[i] = light + colour * normal(random);
  }
  return out;
}

struct ColourDetail : ::testing::Test {
  ColourDetail() {
    alpha.resize(kWidth, kHeight);
    alpha.fill(1);
    for (int x = 0; x < kWidth; ++x) alpha.row(20)[x] = 0;
  }
  Plane alpha;
  ColourDetailScratch scratch;
};

double colour_energy(const PlanarRgb& p) {
  double sum = 0;
  for (int y = 2; y < kHeight - 2; ++y)
    for (int x = 2; x < kWidth - 2; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * kWidth + x;
      const float d = p.channel(0)[i] - luma_at(p, i);
      sum += d * d;
    }
  return sum;
}

TEST_F(ColourDetail, ColourIsSmoothedLumaStays) {
  const PlanarRgb target = make_picture(1, 1), before = make_picture(2, 6);
  PlanarRgb fused = before;
  soften_colour(target, alpha, &scratch, &fused);
  EXPECT_LT(colour_energy(fused), 0.3 * colour_energy(before));
  for (std::size_t i = 0; i < fused.plane(); ++i) {
    EXPECT_NEAR(luma_at(fused, i), luma_at(before, i), 1e-3f);
    if (alpha.values[i] == 0) {
      EXPECT_EQ(fused.channel(0)[i], before.channel(0)[i]);
    }
  }
}

TEST_F(ColourDetail, WhatTheTargetShowsBesideTheFaceCounts) {
  PlanarRgb target = make_picture(1, 0), fused = make_picture(1, 0);
  for (int x = 0; x < kWidth; ++x) target.channel(0)[20 * kWidth + x] += 40;  // where alpha is 0
  soften_colour(target, alpha, &scratch, &fused);
  const std::size_t beside = 21 * kWidth + 30, away = 24 * kWidth + 30;
  EXPECT_GT(fused.channel(0)[beside] - luma_at(fused, beside), 5);
  EXPECT_NEAR(fused.channel(0)[away], luma_at(fused, away), 1e-3f);
}

TEST_F(ColourDetail, GreyStaysGreyAndNothingSpreadsFromWhatIsNoNumber) {
  PlanarRgb target = make_picture(1, 0), fused = make_picture(2, 0);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  target.channel(1)[20 * kWidth + 9] = nan, fused.channel(2)[5 * kWidth + 9] = nan;
  const PlanarRgb before = fused;
  soften_colour(target, alpha, &scratch, &fused);
  for (std::size_t i = 0; i < fused.plane(); ++i)
    EXPECT_NEAR(fused.channel(0)[i], before.channel(0)[i], 1e-3f);
}

}  // namespace
}  // namespace mien
