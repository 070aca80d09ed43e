#include "fuse/blend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace mien {
namespace {

struct Scene {
  PlanarRgb target, fused;
  Plane alpha, border;
};

// A disc with a feather; the fused face is the target with another texture and `shift` brighter.
Scene make_scene(int width, int height, float shift, float strength = 1) {
  Scene s;
  s.target.resize(width, height), s.fused.resize(width, height), s.alpha.resize(width, height),
      s.border.resize(width, height);
  s.border.fill(1);
  const float radius = 0.4f * static_cast<float>(std::min(width, height));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * width + x;
      const float from_centre =
          std::hypot(static_cast<float>(x) - 0.5f * width, static_cast<float>(y) - 0.5f * height);
      s.alpha.values[i] = strength * std::clamp((radius - from_centre) / 4, 0.0f, 1.0f);
      for (int c = 0; c < 3; ++c) {
        s.target.channel(c)[i] = 110 + 0.3f * static_cast<float>(x) + 5 * static_cast<float>(c);
        s.fused.channel(c)[i] =
            s.alpha.values[i] > 0
                ? s.target.channel(c)[i] + shift + (std::hypot(x % 8 - 4.0f, y % 8 - 4.0f) < 2 ? 12.0f : 0.0f)
                : 0.0f;
      }
    }
  }
  return s;
}

PlanarRgb composed(BlendMode mode, Scene s, float strength = 1) {
  BlendScratch scratch;
  blend_into(mode, s.target, s.border, strength, &scratch, &s.alpha, &s.fused);
  for (int c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < s.alpha.size(); ++i) {
      s.fused.channel(c)[i] =
          s.alpha.values[i] * s.fused.channel(c)[i] + (1 - s.alpha.values[i]) * s.target.channel(c)[i];
    }
  }
  return std::move(s.fused);
}

constexpr BlendMode kModes[] = {BlendMode::kAlpha, BlendMode::kPoisson, BlendMode::kMultiband,
                                BlendMode::kMixed};

TEST(Blend, OutsideOfTheMaskEveryModeLeavesTheMaskAtZero) {
  for (const BlendMode mode : kModes) {
    Scene s = make_scene(131, 90, 30);
    const Plane before = s.alpha;
    BlendScratch scratch;
    blend_into(mode, s.target, s.border, 1, &scratch, &s.alpha, &s.fused);
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before.values[i] > 0, s.alpha.values[i] > 0);
  }
}

TEST(Blend, EqualPicturesStayEqual) {
  for (const BlendMode mode : kModes) {
    Scene s = make_scene(120, 97, 0);
    s.fused.values = s.target.values;
    const PlanarRgb out = composed(mode, s);
    for (std::size_t i = 0; i < out.values.size(); ++i) EXPECT_NEAR(out.values[i], s.target.values[i], 0.01f);
  }
}

TEST(Blend, PoissonTakesAnEvenShiftAwayAndKeepsTheTexture) {
  const PlanarRgb shifted = composed(BlendMode::kPoisson, make_scene(160, 140, 40)),
                  even = composed(BlendMode::kPoisson, make_scene(160, 140, 0));
  double sum = 0;
  for (std::size_t i = 0; i < even.values.size(); ++i) sum += std::abs(shifted.values[i] - even.values[i]);
  EXPECT_LT(sum / static_cast<double>(even.values.size()), 0.7);
  float low = 1e9f, high = -1e9f;
  for (int x = 76; x < 84; ++x)
    low = std::min(low, shifted.channel(0)[68 * 160 + x]),
    high = std::max(high, shifted.channel(0)[68 * 160 + x]);
  EXPECT_GT(high - low, 9);
}

TEST(Blend, PoissonWithoutASeenBorderKeepsTheFace) {
  Scene s = make_scene(100, 100, 40);
  s.border.fill(0);
  const Scene before = s;
  BlendScratch scratch;
  blend_into(BlendMode::kPoisson, s.target, s.border, 1, &scratch, &s.alpha, &s.fused);
  for (std::size_t i = 0; i < s.alpha.size(); ++i) {
    if (s.alpha.values[i] > 0.5f) EXPECT_NEAR(s.fused.channel(1)[i], before.fused.channel(1)[i], 1e-3f);
  }
}

// A freckle of the target shows through on its skin (the border mask), and not where an eye or brow is.
TEST(Blend, MixedLetsTheTargetsTextureThroughOnSkinOnly) {
  for (const bool skin : {true, false}) {
    Scene s = make_scene(160, 140, 0);
    s.fused.values = s.target.values;
    for (int y = 60; y < 80; ++y) {
      for (int x = 70; x < 90; ++x) {
        s.border.values[y * 160 + x] = skin ? 1.0f : 0.0f;
        const bool freckle = std::hypot(x - 80.0f, y - 70.0f) < 3;
        for (int c = 0; c < 3; ++c) s.target.channel(c)[y * 160 + x] -= freckle ? 40.0f : 0.0f;
      }
    }
    const float plain = composed(BlendMode::kPoisson, s).channel(0)[70 * 160 + 80],
                mixed = composed(BlendMode::kMixed, s).channel(0)[70 * 160 + 80];
    EXPECT_NEAR(plain, s.fused.channel(0)[70 * 160 + 80], 2);
    EXPECT_NEAR(mixed, plain - (skin ? 40.0f : 0.0f), 4);
  }
}

// A step of the shift is a seam; multiband spreads it over more pixels than the mask's feather of 4.
TEST(Blend, MultibandMakesTheSteepestStepSmaller) {
  const auto steepest = [](BlendMode mode) {
    Scene s = make_scene(200, 160, 40);
    for (int c = 0; c < 3; ++c) {
      for (std::size_t i = 0; i < s.alpha.size(); ++i)
        s.fused.channel(c)[i] = s.alpha.values[i] > 0 ? s.target.channel(c)[i] + 40 : 0;
    }
    const PlanarRgb out = composed(mode, std::move(s));
    float most = 0;
    for (int x = 1; x < 200; ++x)
      most = std::max(most, std::abs(out.channel(0)[80 * 200 + x] - out.channel(0)[80 * 200 + x - 1]));
    return most;
  };
  EXPECT_LT(steepest(BlendMode::kMultiband), steepest(BlendMode::kAlpha) + 0.5f);
}

TEST(Blend, HalfStrengthLiesBetweenInEveryMode) {
  for (const BlendMode mode : kModes) {
    const Scene s = make_scene(120, 120, 30, 0.5f);
    const PlanarRgb half = composed(mode, s, 0.5f);
    const std::size_t centre = static_cast<std::size_t>(62) * 120 + 62;
    EXPECT_GE(half.channel(0)[centre], s.target.channel(0)[centre] - 4);
    EXPECT_LE(half.channel(0)[centre], s.fused.channel(0)[centre] + 4);
  }
}

TEST(Blend, OnePixelMasksAndSmallCanvasesAreFine) {
  for (const auto& [w, h] : {std::pair{1, 1}, {2, 7}, {9, 3}, {33, 20}}) {
    for (const BlendMode mode : kModes) {
      Scene s = make_scene(w, h, 20);
      s.alpha.fill(0);
      s.alpha.values[s.alpha.size() / 2] = 1;
      for (const float v : composed(mode, s).values) EXPECT_TRUE(std::isfinite(v));
      s.alpha.fill(1);
      for (const float v : composed(mode, s).values) EXPECT_TRUE(std::isfinite(v));
    }
  }
}

}  // namespace
}  // namespace mien
