#include "fuse/coarse_inputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

constexpr int kCanvas = 40;
constexpr Affine kCropFromCanvas{3.2f, 0, 1.1f, 0, 3.2f, 1.1f};  // the canvas fills the crop

constexpr float kBent =
    51 / 1.0770330f;  // a residual of 0.2 towards the limit of 0.5: 255 * 0.2 / sqrt(1 + 0.4^2)

struct Scene {
  Tensor gain_bias, residual_alpha;
  PlanarRgb relit;
  Plane alpha, trust, seen_alpha;  // the last: as the network saw it

  Scene() {
    gain_bias.resize(6, 64, 64), residual_alpha.resize(4, 128, 128);
    std::fill(gain_bias.values.begin(), gain_bias.values.end(), 0.0f);
    std::fill(residual_alpha.values.begin(), residual_alpha.values.end(), 0.0f);
    relit.resize(kCanvas, kCanvas), alpha.resize(kCanvas, kCanvas), trust.resize(kCanvas, kCanvas);
    for (std::size_t i = 0; i < relit.values.size(); ++i) relit.values[i] = static_cast<float>(i % 170);
    alpha.fill(0.5f), trust.fill(1);
    seen_alpha.resize(128, 128), seen_alpha.fill(0.5f);
  }
  void fill(Tensor& t, int channel, float value) {
    std::fill_n(t.channel(channel), static_cast<std::size_t>(t.width) * t.height, value);
  }
  void apply() {
    apply_coarse_output(gain_bias, residual_alpha, seen_alpha.values.data(), {4, 0.15f}, kCropFromCanvas,
                        trust, &relit, &alpha);
  }
};

float mean_at(const PlanarRgb& p, std::size_t i) {
  return (p.channel(0)[i] + p.channel(1)[i] + p.channel(2)[i]) / 3;
}

// What a colour becomes when the mean of all three gains `light` (0..255).
float expected(const PlanarRgb& before, std::size_t i, int c, float light) {
  const float mean = mean_at(before, i),
              gain =
                  std::clamp(std::max(mean + light, 0.08f * 255) / std::max(mean, 0.08f * 255), 0.3f, 2.5f),
              t = std::clamp((gain - 1.1f) / 0.4f, 0.0f, 1.0f),
              pale = 0.7f * t * t * (3 - 2 * t) * (gain - 1);
  return (gain - pale) * before.channel(c)[i] + pale * mean;
}

TEST(ApplyCoarseOutput, ZeroChangesNothing) {
  Scene s, before;
  s.apply();
  for (std::size_t i = 0; i < s.relit.values.size(); ++i) {
    EXPECT_NEAR(s.relit.values[i], before.relit.values[i], 1e-3f) << "what is nearly black, too";
  }
  EXPECT_EQ(s.alpha.values, before.alpha.values);
}

TEST(ApplyCoarseOutput, GainAndBiasChangeTheLightAsTheContractSays) {
  Scene s, before;
  for (int c = 0; c < 3; ++c) s.fill(s.gain_bias, c, c == 1 ? 0.3f : 0.0f);  // 0.1 in the mean
  for (int c = 0; c < 3; ++c) s.fill(s.gain_bias, 3 + c, c == 2 ? 0.3f : 0.0f);
  s.apply();
  const float light = 0.1f * mean_at(before.relit, 7) + 25.5f;
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(s.relit.channel(c)[7], expected(before.relit, 7, c, light), 1e-2f);
}

TEST(ApplyCoarseOutput, DarkRedFoldsThatAreLiftedDoNotGlow) {
  Scene s, before;
  for (Scene* scene : {&s, &before})
    for (int c = 0; c < 3; ++c) scene->relit.channel(c)[7] = c == 0 ? 80.0f : 15.0f;
  for (int c = 0; c < 3; ++c) s.fill(s.gain_bias, 3 + c, 0.5f);
  s.apply();
  const float red = s.relit.channel(0)[7], green = s.relit.channel(1)[7];
  EXPECT_NEAR(mean_at(s.relit, 7), 2.5f * mean_at(before.relit, 7), 1e-2f) << "the most that light becomes";
  EXPECT_LT(red / green, 0.6f * 80 / 15) << "lifted skin is paler than its shadow";
  EXPECT_GT(red / green, 1.5f) << "and still skin";
}

TEST(ApplyCoarseOutput, ColourStainsDoNotArise) {
  Scene s, before;
  for (int y = 24; y < 28; ++y) {
    for (int x = 24; x < 28; ++x)
      s.gain_bias.channel(3)[y * 64 + x] = 0.3f,
                                      s.gain_bias.channel(5)[y * 64 + x] = -0.3f;  // no light in the mean
  }
  s.apply();
  for (std::size_t i = 100; i < s.relit.plane(); ++i) {
    for (int c = 0; c < 3; ++c)
      EXPECT_NEAR(s.relit.channel(c)[i] * mean_at(before.relit, i),
                  before.relit.channel(c)[i] * mean_at(s.relit, i), 1.0f);
  }
}

TEST(ApplyCoarseOutput, InventsOnlyWhereTheSourceShowsNothing) {
  Scene s, before;
  s.fill(s.residual_alpha, 0, 0.2f);
  s.trust.values[5] = 0;
  s.apply();
  for (int c = 0; c < 3; ++c) {
    EXPECT_NEAR(s.relit.channel(c)[5], expected(before.relit, 5, c, kBent / 3), 1e-2f);
    EXPECT_NEAR(s.relit.channel(c)[6], expected(before.relit, 6, c, 0.15f * kBent / 3), 1e-2f);
  }
}

TEST(ApplyCoarseOutput, AResidualThatRunsAwayIsHeldBack) {
  Scene s, before;
  s.fill(s.residual_alpha, 0, 40.0f);
  s.apply();
  for (std::size_t i = 0; i < s.relit.plane(); ++i)
    EXPECT_LE(s.relit.channel(0)[i], 2.5f * before.relit.channel(0)[i] + 1e-2f);
}

TEST(ApplyCoarseOutput, GainsFollowNoDetail) {
  Scene s, before;
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) s.gain_bias.channel(0)[y * 64 + x] = x % 2 == 0 ? 1.0f : -1.0f;
  }
  s.apply();
  for (std::size_t i = 100; i < s.relit.plane(); ++i)
    EXPECT_NEAR(s.relit.channel(0)[i], expected(before.relit, i, 0, 0), 1e-2f);
}

TEST(ApplyCoarseOutput, NoLightComesInOverTheEdgeOfTheMask) {
  Scene s, before;
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) s.seen_alpha.values[y * 128 + x] = x < 64 ? 1.0f : 0.0f;
  }
  for (int y = 0; y < 64; ++y) {
    for (int x = 32; x < 64; ++x) s.gain_bias.channel(3)[y * 64 + x] = 1.2f;  // 0.4 in the mean, outside
  }
  s.apply();
  const auto change = [&](int x) {
    const std::size_t i = 10 * kCanvas + static_cast<std::size_t>(x);
    return mean_at(s.relit, i) - mean_at(before.relit, i);
  };
  EXPECT_LT(change(18), 3) << "6 pixels of the crop inside; without the mask half of 102 came in at its edge";
  EXPECT_GT(change(23), 60);
}

TEST(ApplyCoarseOutput, MapsLieWhereTheyBelong) {
  Scene s, before;
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) {
      for (int c = 0; c < 3; ++c) s.residual_alpha.channel(c)[y * 128 + x] = x < 64 ? 0.0f : 0.2f;
    }
  }
  s.trust.fill(0);
  s.apply();
  const auto change = [&](int x) {
    return s.relit.channel(1)[10 * kCanvas + x] - before.relit.channel(1)[10 * kCanvas + x];
  };
  EXPECT_NEAR(change(18), 0, 1e-2f);
  EXPECT_GT(change(21), 10);
}

TEST(ApplyCoarseOutput, AlphaMovesInItsBandOnly) {
  Scene s;
  s.fill(s.residual_alpha, 3, 5.0f);
  s.alpha.values[0] = 0, s.alpha.values[1] = 1;
  s.apply();
  EXPECT_EQ(s.alpha.values[0], 0);
  EXPECT_EQ(s.alpha.values[1], 1);
  EXPECT_NEAR(s.alpha.values[2], 0.5f + 0.35f * std::tanh(5.0f), 1e-3f);
}

}  // namespace
}  // namespace mien
