#include "fuse/grain.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace mien {
namespace {

constexpr int kSize = 200;
constexpr float kWidth = 160;

// Skin with soft blots and some sharp dots, as pores and lashes are.
PlanarRgb make_face(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> place(0, kSize);
  std::normal_distribution<float> normal(0, 1);
  PlanarRgb out;
  out.resize(kSize, kSize);
  std::fill(out.values.begin(), out.values.end(), 140.0f);
  for (int k = 0; k < 900; ++k) {
    const float x0 = place(random), y0 = place(random), size = k % 3 ? 1.2f : 7.0f,
                depth = (k % 3 ? 14 : 7) * normal(random);
    for (int y = std::max(0, static_cast<int>(y0 - 3 * size));
         y < std::min<int>(kSize, static_cast<int>(y0 + 3 * size)); ++y)
      for (int x = std::max(0, static_cast<int>(x0 - 3 * size));
           x < std::min<int>(kSize, static_cast<int>(x0 + 3 * size)); ++x) {
        const float dx = static_cast<float>(x) - x0, dy = static_cast<float>(y) - y0;
        for (int c = 0; c < 3; ++c)
          out.channel(c)[y * kSize + x] += depth * std::exp(-(dx * dx + dy * dy) / (2 * size * size));
      }
  }
  return out;
}

void blur(PlanarRgb* picture, float sigma) {
  std::vector<float> line;
  Plane plane;
  plane.resize(kSize, kSize);
  for (int c = 0; c < 3; ++c) {
    std::copy_n(picture->channel(c), plane.size(), plane.values.begin());
    gaussian_blur(&plane, sigma, &line);
    std::copy(plane.values.begin(), plane.values.end(), picture->channel(c));
  }
}

void add_noise(PlanarRgb* picture, float sigma, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, sigma);
  for (float& v : picture->values) v += normal(random);
}

struct Scene {
  FaceMasks masks;
  WarpMaps maps;
  GrainScratch scratch;
};

Scene make_scene() {
  Scene s;
  for (Plane* plane : {&s.masks.alpha, &s.masks.skin, &s.masks.mouth, &s.masks.right_eye, &s.masks.left_eye,
                       &s.maps.depth}) {
    plane->resize(kSize, kSize);
    plane->fill(0);
  }
  for (int y = 30; y < kSize - 30; ++y)
    for (int x = 30; x < kSize - 30; ++x) s.masks.alpha.row(y)[x] = s.masks.skin.row(y)[x] = 1;
  return s;
}

// Root mean square of the differences to the right neighbour, inside.
float roughness(const PlanarRgb& picture) {
  double sum = 0;
  int n = 0;
  for (int y = 40; y < kSize - 40; ++y)
    for (int x = 40; x < kSize - 40; ++x, ++n) {
      const float d = picture.channel(1)[y * kSize + x + 1] - picture.channel(1)[y * kSize + x];
      sum += d * d;
    }
  return static_cast<float>(std::sqrt(sum / n));
}

TEST(Grain, TargetAsSharpAndAsCleanChangesNothing) {
  Scene s = make_scene();
  PlanarRgb fused = make_face(2);
  const PlanarRgb before = fused;
  const GrainReport report = match_grain(make_face(1), s.maps, kWidth, &s.scratch, &s.masks, &fused);
  EXPECT_EQ(report.blur_px, 0);
  EXPECT_EQ(report.noise, 0);
  EXPECT_EQ(fused.values, before.values);
}

TEST(Grain, FaceInABlurredFrameIsBlurredAboutAsMuch) {
  for (const float sigma : {2.0f, 4.0f}) {
    Scene s = make_scene();
    PlanarRgb target = make_face(1), fused = make_face(2);
    blur(&target, sigma);
    const float sharp = roughness(fused);
    const GrainReport report = match_grain(target, s.maps, kWidth, &s.scratch, &s.masks, &fused);
    EXPECT_GT(report.blur_px, 0.6f * sigma);
    EXPECT_LT(report.blur_px, 1.6f * sigma);
    EXPECT_LT(roughness(fused), 0.5f * sharp);
    EXPECT_LT(roughness(fused), 2.0f * roughness(target));
  }
}

// A soft face, as of somebody who walks by: bands of one proportion, of much less energy.
TEST(Grain, FaceWithMuchMoreDetailThanABlurredFrameIsBlurredAlthoughItIsNoSharperItself) {
  const auto soft_face = [](float contrast, unsigned seed) {
    PlanarRgb out = make_face(seed);
    blur(&out, 2.5f);
    for (float& v : out.values) v = 140 + contrast * (v - 140);
    return out;
  };
  Scene s = make_scene();
  PlanarRgb alike = soft_face(1.2f, 1), bold = soft_face(3, 1);
  const PlanarRgb target = soft_face(1, 1);
  const float rough = roughness(bold);
  EXPECT_EQ(match_grain(target, s.maps, kWidth, &s.scratch, &s.masks, &alike).blur_px, 0);
  EXPECT_GT(match_grain(target, s.maps, kWidth, &s.scratch, &s.masks, &bold).blur_px, 1);
  EXPECT_LT(roughness(bold), 0.7f * rough);
}

// Stubble is finer than anything in a shaved face, however sharp that is.
TEST(Grain, StubbleInASharpFrameStays) {
  Scene s = make_scene();
  PlanarRgb target = make_face(1), fused = make_face(2);
  blur(&target, 0.5f);
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 25);
  for (int y = 120; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      const float hair = normal(random);
      for (int c = 0; c < 3; ++c) fused.channel(c)[y * kSize + x] += hair;
    }
  }
  const GrainReport report = match_grain(target, s.maps, kWidth, &s.scratch, &s.masks, &fused);
  EXPECT_EQ(report.blur_px, 0);
}

TEST(Grain, SharpTargetNeverBlursABlurredFace) {
  Scene s = make_scene();
  PlanarRgb fused = make_face(2);
  blur(&fused, 3);
  EXPECT_EQ(match_grain(make_face(1), s.maps, kWidth, &s.scratch, &s.masks, &fused).blur_px, 0);
}

TEST(Grain, CleanFaceInANoisyFrameGetsItsNoiseAndOnlyInside) {
  Scene s = make_scene();
  PlanarRgb target = make_face(1), fused = make_face(2);
  blur(&target, 0.8f), blur(&fused, 0.8f);
  const PlanarRgb before = fused;
  add_noise(&target, 12, 3);
  const GrainReport report = match_grain(target, s.maps, kWidth, &s.scratch, &s.masks, &fused);
  EXPECT_EQ(report.blur_px, 0);
  EXPECT_NEAR(report.noise, 12, 2.5f);
  EXPECT_NEAR(roughness(fused), roughness(target), 0.2f * roughness(target));
  EXPECT_EQ(fused.channel(1)[10 * kSize + 10], before.channel(1)[10 * kSize + 10]);
}

TEST(Grain, IsTheSameForTheSameFrameAndAnotherForTheNext) {
  const auto run = [](unsigned noise_seed) {
    Scene s = make_scene();
    PlanarRgb target = make_face(1), fused = make_face(2);
    add_noise(&target, 12, noise_seed);
    match_grain(target, s.maps, kWidth, &s.scratch, &s.masks, &fused);
    return fused.values;
  };
  EXPECT_EQ(run(3), run(3));
  EXPECT_NE(run(3), run(4));
}

TEST(Grain, PixelsThatAreNoNumbersDoNoHarmElsewhere) {
  Scene s = make_scene();
  PlanarRgb target = make_face(1), fused = make_face(2);
  add_noise(&target, 12, 3);
  for (int i = 0; i < 40; ++i) target.channel(1)[(60 + i) * kSize + 70] = std::nanf("");
  const GrainReport report = match_grain(target, s.maps, kWidth, &s.scratch, &s.masks, &fused);
  EXPECT_TRUE(std::isfinite(report.blur_px) && std::isfinite(report.noise));
  EXPECT_TRUE(std::isfinite(fused.channel(1)[150 * kSize + 150]));
}

TEST(Grain, TooLittleSkinChangesNothing) {
  Scene s = make_scene();
  s.masks.skin.fill(0);
  PlanarRgb target = make_face(1), fused = make_face(2);
  add_noise(&target, 20, 3);
  const PlanarRgb before = fused;
  match_grain(target, s.maps, kWidth, &s.scratch, &s.masks, &fused);
  EXPECT_EQ(fused.values, before.values);
}

// 50 surface points on the skin; the others lie outside of the picture.
Mesh points_on_skin() {
  Mesh out{};
  for (int i = 0; i < kMeshPoints; ++i) {
    const bool on_skin = i < 50;
    out[i] = {on_skin ? 40.0f + 12 * static_cast<float>(i % 10) : -9.0f,
              on_skin ? 45.0f + 20 * static_cast<float>(i / 10) : -9.0f, 0};
  }
  return out;
}

// Noise that is added to the last of 30 frames; `seed` of each frame's noise.
template <class Seed>
float noise_in_a_clip(Seed seed) {
  const Mesh surface = points_on_skin();
  GrainMemory memory;
  float last = 0;
  for (int frame = 0; frame < 30; ++frame) {
    Scene s = make_scene();
    PlanarRgb target = make_face(1), fused = make_face(2);
    add_noise(&target, 8, seed(frame));
    last = match_grain(target, s.maps, kWidth, &s.scratch, &s.masks, &fused, &memory, &surface).noise;
  }
  return last;
}

TEST(Grain, OfACameraIsDrawnAnewInEveryFrameOfAClip) {
  EXPECT_GT(noise_in_a_clip([](int frame) { return 100u + static_cast<unsigned>(frame); }), 5);
}

TEST(Grain, ThatSticksToTheFaceOfAClipIsNot) {
  EXPECT_EQ(noise_in_a_clip([](int) { return 100u; }), 0);
}

}  // namespace
}  // namespace mien
