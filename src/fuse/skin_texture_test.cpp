#include "fuse/skin_texture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace mien {
namespace {

constexpr int kSize = 160;
constexpr float kWidth = 120;

PlanarRgb rough_skin(float grey, float roughness, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, roughness);
  PlanarRgb out;
  out.resize(kSize, kSize);
  for (std::size_t i = 0; i < out.plane(); ++i) {
    const float v = grey + (roughness > 0 ? normal(random) : 0);
    for (int c = 0; c < 3; ++c) out.channel(c)[i] = v;
  }
  return out;
}

struct Scene {
  FaceMasks masks;
  SkinTextureScratch scratch;

  Scene() {
    for (Plane* plane : {&masks.alpha, &masks.skin}) {
      plane->resize(kSize, kSize);
      plane->fill(0);
      for (int y = 20; y < kSize - 20; ++y) std::fill_n(plane->row(y) + 20, kSize - 40, 1.0f);
    }
    for (int y = 70; y < 90; ++y) std::fill_n(masks.skin.row(y) + 60, 40, 0.0f);  // a mouth
  }
};

// Standard deviation of green in a square of bare skin.
float deviation(const PlanarRgb& picture) {
  double sum = 0, squares = 0;
  int n = 0;
  for (int y = 100; y < 130; ++y)
    for (int x = 40; x < 120; ++x, ++n) {
      const double v = picture.channel(1)[y * kSize + x];
      sum += v, squares += v * v;
    }
  return static_cast<float>(std::sqrt(squares / n - sum / n * (sum / n)));
}

TEST(SkinTexture, SmoothSkinGetsTheTargetsTexture) {
  Scene s;
  const PlanarRgb target = rough_skin(150, 5, 1), before = rough_skin(120, 1, 2);
  PlanarRgb fused = before;
  EXPECT_GT(match_skin_texture(target, s.masks, kWidth, &s.scratch, &fused), 0.7f);
  EXPECT_GT(deviation(fused), 0.5f * 5);
  EXPECT_LT(deviation(fused), 1.1f * 5);
  for (int y = 78; y < 82; ++y)  // lips keep their own
    for (int x = 70; x < 90; ++x)
      EXPECT_EQ(fused.channel(0)[y * kSize + x], before.channel(0)[y * kSize + x]);
  EXPECT_EQ(fused.channel(0)[5 * kSize + 5], before.channel(0)[5 * kSize + 5]);  // outside of the mask
}

TEST(SkinTexture, RougherSkinAndSmoothTargetsChangeNothing) {
  Scene s;
  const PlanarRgb rough = rough_skin(120, 5, 2);
  PlanarRgb fused = rough;
  EXPECT_EQ(match_skin_texture(rough_skin(150, 5, 1), s.masks, kWidth, &s.scratch, &fused), 0);
  EXPECT_EQ(match_skin_texture(rough_skin(150, 0, 1), s.masks, kWidth, &s.scratch, &fused), 0);
  EXPECT_EQ(fused.values, rough.values);
}

TEST(SkinTexture, ASpotOfTheTargetIsCut) {
  Scene s;
  PlanarRgb target = rough_skin(150, 4, 1);
  for (int c = 0; c < 3; ++c) target.channel(c)[110 * kSize + 80] = 0;
  const PlanarRgb before = rough_skin(120, 0, 2);
  PlanarRgb fused = before;
  match_skin_texture(target, s.masks, kWidth, &s.scratch, &fused);
  EXPECT_GT(fused.channel(1)[110 * kSize + 80], 120 - 2.5f * 4);
}

TEST(SkinTexture, NoSkinOrNoNumbersChangeNothing) {
  Scene s;
  const PlanarRgb before = rough_skin(120, 0, 2);
  PlanarRgb fused = before, broken = rough_skin(150, 4, 1);
  broken.values.assign(broken.values.size(), std::nanf(""));
  EXPECT_EQ(match_skin_texture(broken, s.masks, kWidth, &s.scratch, &fused), 0);
  s.masks.skin.fill(0);
  EXPECT_EQ(match_skin_texture(rough_skin(150, 4, 1), s.masks, kWidth, &s.scratch, &fused), 0);
  EXPECT_EQ(fused.values, before.values);
}

TEST(SkinTexture, AStreamChangesItsShareLittleByLittle) {
  Scene s;
  SkinTextureMemory memory;
  memory.period = 1;
  PlanarRgb fused = rough_skin(120, 0, 2);
  const float first = match_skin_texture(rough_skin(150, 4, 1), s.masks, kWidth, &s.scratch, &fused, &memory);
  fused = rough_skin(120, 4, 2);  // suddenly as rough as the target
  const float next = match_skin_texture(rough_skin(150, 4, 3), s.masks, kWidth, &s.scratch, &fused, &memory);
  EXPECT_GT(next, 0.4f * first);
  EXPECT_LT(next, 0.8f * first);
}

}  // namespace
}  // namespace mien
