#include "fuse/light_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace mien {
namespace {

// Normals of half a ball, each with the luminance that `light` tells.
template <class Light>
std::vector<LightSample> half_ball(Light&& light) {
  std::vector<LightSample> out;
  for (float y = -0.9f; y <= 0.9f; y += 0.1f) {
    for (float x = -0.9f; x <= 0.9f; x += 0.1f) {
      if (x * x + y * y > 0.9f) continue;
      const Normal n{x, y, std::sqrt(1 - x * x - y * y)};
      out.push_back({n, 1, light(n)});
    }
  }
  return out;
}

float mean_of(const std::vector<LightSample>& samples) {
  float sum = 0;
  for (const LightSample& s : samples) sum += s.luminance;
  return sum / static_cast<float>(samples.size());
}

float lamp(const Normal& n) { return 0.3f + std::max(0.0f, 0.8f * n.x - 0.3f * n.y + 0.52f * n.z); }

TEST(LightModel, OfADiffuseLampIsNearToIt) {
  const auto samples = half_ball(lamp);
  const LightModel found = fit_light(samples);
  const float mean = mean_of(samples);
  float off = 0;
  for (const LightSample& s : samples)
    off += std::abs(found.at(s.normal) - s.luminance / mean) / static_cast<float>(samples.size());
  EXPECT_LT(off, 0.1f);
}

TEST(LightModel, DoesNotDependOnTheUnitOfLuminance) {
  auto samples = half_ball(lamp);
  const LightModel once = fit_light(samples);
  for (LightSample& s : samples) s.luminance *= 0.01f;
  const LightModel again = fit_light(samples);
  for (int i = 0; i < kLightNumbers; ++i) EXPECT_NEAR(again.numbers[i], once.numbers[i], 1e-3f);
}

TEST(LightModel, ABlackSpotHardlyMovesIt) {
  auto samples = half_ball(lamp);
  const LightModel clean = fit_light(samples);
  for (LightSample& s : samples) {
    if (std::hypot(s.normal.x - 0.3f, s.normal.y - 0.3f) < 0.2f) s.luminance = 0;
  }
  const LightModel spotted = fit_light(samples);
  for (const LightSample& s : half_ball(lamp))
    EXPECT_NEAR(spotted.at(s.normal), clean.at(s.normal), 0.12f * clean.at(s.normal) + 0.05f);
}

TEST(LightModel, IsOrdinaryLightWhereNothingIsKnown) {
  const LightSample unheard{{0, 0, 1}, 0, 5}, black{{0, 0, 1}, 1, 0};
  EXPECT_EQ(fit_light({}).numbers, ordinary_light().numbers);
  EXPECT_EQ(fit_light({&unheard, 1}).numbers, ordinary_light().numbers);
  EXPECT_EQ(fit_light({&black, 1}).numbers, ordinary_light().numbers);
}

}  // namespace
}  // namespace mien
