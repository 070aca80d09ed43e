#include "fuse/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mien {
namespace {

Image wave(int width, int height) {
  Image image(width, height, PixelFormat::kRgba8);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* p = image.mutable_view().row(y) + 4 * x;
      p[0] = static_cast<std::uint8_t>(std::lround(127 + 100 * std::sin(0.35 * x + 0.2 * y)));
      p[1] = static_cast<std::uint8_t>(3 * x % 256), p[2] = 9, p[3] = 255;
    }
  }
  return image;
}

struct Maps {
  Maps(int w, int h, const Affine& m) {
    x.resize(w, h), y.resize(w, h), out.resize(w, h);
    for (int v = 0; v < h; ++v) {
      for (int u = 0; u < w; ++u) {
        const Point2f p = m({static_cast<float>(u), static_cast<float>(v)});
        x.row(v)[u] = p.x, y.row(v)[u] = p.y;
      }
    }
  }
  Plane x, y;
  PlanarRgb out;
};

TEST(SampleBicubic, AtPixelCentresReturnsThePixels) {
  const Image image = wave(31, 17);
  Maps maps(31, 17, Affine{});
  sample_bicubic(image.view(), {maps.x, maps.y}, 0, 17, &maps.out);
  for (int y = 0; y < 17; ++y) {
    for (int x = 0; x < 31; ++x)
      EXPECT_NEAR(maps.out.channel(0)[y * 31 + x], image.view().row(y)[4 * x], 1e-3f);
  }
}

TEST(SampleBicubic, FollowsASmoothWaveBetweenPixels) {
  const Image image = wave(64, 40);
  Maps maps(40, 30, Affine{1, 0, 5.37f, 0, 1, 4.61f});
  sample_bicubic(image.view(), {maps.x, maps.y}, 0, 30, &maps.out);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) {
      EXPECT_NEAR(maps.out.channel(0)[y * 40 + x], 127 + 100 * std::sin(0.35 * (x + 5.37) + 0.2 * (y + 4.61)),
                  1.6);
    }
  }
}

TEST(SampleBicubic, LeavesPixelsWithoutPositionAndSurvivesWildOnes) {
  const Image image = wave(9, 9);
  Maps maps(3, 1, Affine{});
  maps.x.values = {std::numeric_limits<float>::quiet_NaN(), 1e30f, -1e30f};
  std::fill(maps.out.values.begin(), maps.out.values.end(), 42.0f);
  sample_bicubic(image.view(), {maps.x, maps.y}, 0, 1, &maps.out);
  EXPECT_EQ(maps.out.channel(0)[0], 42.0f);
  EXPECT_TRUE(std::isfinite(maps.out.channel(0)[1]));
  EXPECT_NEAR(maps.out.channel(0)[2], image.view().row(0)[0], 1.0f);
}

TEST(SampleBicubic, GivesAlphaBilinearWithRepeatedEdgesAndZeroWithoutPosition) {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN(),
                  kFar = std::numeric_limits<float>::infinity();
  Image image = wave(13, 7);
  for (int y = 0; y < 7; ++y) {
    for (int x = 0; x < 13; ++x)
      image.mutable_view().row(y)[4 * x + 3] = static_cast<std::uint8_t>(20 * x + y);
  }
  Plane x, y, out;
  PlanarRgb colours;
  x.resize(11, 1), y.resize(11, 1), out.resize(11, 1), colours.resize(11, 1);
  x.values = {0, 12, 3.25f, -5, 99, kNone, 2, kFar, 5.5f, 1e30f, -1e30f};
  y.values = {0, 6, 2.5f, 3, 3, 1, kNone, 2, -8, 6, 0};
  sample_bicubic(image.view(), {x, y}, 0, 1, &colours, &out);
  const float expected[] = {0, 246, 67.5f, 3, 243, 0, 0, 0, 110, 246, 0};
  for (std::size_t i = 0; i < out.size(); ++i) EXPECT_NEAR(255 * out.values[i], expected[i], 1e-3f) << i;
}

TEST(SampleBicubic, MovesPositionsAndLooksNothingUpWhereItIsToldTo) {
  const Image image = wave(64, 40);
  Maps maps(33, 7, Affine{2, 0, 4.5f, 0, 2, 3}), plain(33, 7, Affine{1, 0, 2, 0, 1, 1.25f});
  Plane skipped;
  skipped.resize(33, 7);
  skipped.row(3)[5] = 1;
  std::fill(maps.out.values.begin(), maps.out.values.end(), 42.0f);
  sample_bicubic(image.view(), {maps.x, maps.y, 0.5f, -0.25f, &skipped}, 0, 7, &maps.out);
  sample_bicubic(image.view(), {plain.x, plain.y}, 0, 7, &plain.out);
  EXPECT_EQ(maps.out.channel(0)[3 * 33 + 5], 42.0f);
  EXPECT_NEAR(maps.out.channel(0)[3 * 33 + 6], plain.out.channel(0)[3 * 33 + 6], 1e-3f);
  EXPECT_NEAR(maps.out.channel(1)[6 * 33 + 32], plain.out.channel(1)[6 * 33 + 32], 1e-3f);
}

}  // namespace
}  // namespace mien
