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
      out.push_back({n, 1, light(n), 0});
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

TEST(LightModel, IsEvenLightWhereNothingIsKnown) {
  const LightSample unheard{{0, 0, 1}, 0, 5, 0}, black{{0, 0, 1}, 1, 0, 0};
  for (const Normal n : {Normal{0, 0, 1}, Normal{0.6f, 0, 0.8f}, Normal{0, -0.8f, 0.6f}}) {
    EXPECT_EQ(fit_light({}).at(n), 1);
    EXPECT_EQ(fit_light({&unheard, 1}).at(n), 1);
    EXPECT_EQ(fit_light({&black, 1}).at(n), 1);
  }
}

// The lamp's share shows where it does not reach, although it would by the normals.
TEST(LightModel, ALampsShareIsToldFromSmoothLight) {
  auto samples = half_ball([](const Normal&) { return 0.0f; });
  for (LightSample& s : samples) {
    const bool hidden = s.normal.x < -0.2f && s.normal.x > -0.6f && std::abs(s.normal.y) < 0.4f;
    s.lamp = hidden ? 0 : std::max(0.0f, -0.6f * s.normal.x + 0.8f * s.normal.z);
    s.luminance = 3 * (0.4f + 0.9f * s.lamp);
  }
  const float mean = mean_of(samples) / 3;
  const LightModel found = fit_lamp(samples);
  EXPECT_NEAR(found.lamp, 0.9f / mean, 0.1f);
  EXPECT_LT(found.misfit, 0.03f);
  for (LightSample& s : samples) s.luminance = 1;
  EXPECT_NEAR(fit_lamp(samples).lamp, 0, 0.02f);
}

TEST(LightModel, AShareThatIsToldIsKept) {
  auto samples = half_ball(lamp);
  for (LightSample& s : samples) s.lamp = std::max(0.0f, s.normal.x);
  for (const float share : {0.0f, 0.5f, 1.0f}) EXPECT_NEAR(fit_light(samples, share).lamp, share, 1e-3f);
}

}  // namespace
}  // namespace mien
