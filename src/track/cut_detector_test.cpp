#include "track/cut_detector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

// A smooth scene that can be moved and made brighter.
Image scene(int width, int height, float seed, float shift, float gain = 1) {
  Image image(width, height, PixelFormat::kRgb8);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float u = (static_cast<float>(x) + shift) / 40, v = static_cast<float>(y) / 40;
      const float value = gain * (128 + 60 * std::sin(u + seed) + 50 * std::cos(1.3f * v + 2 * seed + u));
      std::uint8_t* p = image.mutable_view().row(y) + 3 * x;
      p[0] = p[1] = p[2] = static_cast<std::uint8_t>(std::clamp(value, 0.0f, 255.0f));
    }
  }
  return image;
}

TEST(CutDetector, FindsACutAndNothingElse) {
  CutDetector detector;
  for (int i = 0; i < 20; ++i)
    EXPECT_FALSE(detector.next(scene(320, 180, 0, static_cast<float>(i)).view())) << i;
  EXPECT_TRUE(detector.next(scene(320, 180, 2.5f, 0).view()));
  for (int i = 1; i < 20; ++i)
    EXPECT_FALSE(detector.next(scene(320, 180, 2.5f, static_cast<float>(i)).view())) << i;
}

TEST(CutDetector, TakesAFastPanAndAFlashForNoCut) {
  CutDetector pan;
  for (int i = 0; i < 20; ++i)
    EXPECT_FALSE(pan.next(scene(320, 180, 0, 12 * static_cast<float>(i)).view())) << i;
  CutDetector flash;
  for (int i = 0; i < 6; ++i)
    EXPECT_FALSE(flash.next(scene(320, 180, 0, 0, i % 3 == 2 ? 1.15f : 1.0f).view())) << i;
}

TEST(CutDetector, TakesFramesOfAnySize) {
  for (const auto& [width, height] : {std::pair{1, 1}, {13, 127}, {33, 2}, {1920, 3}}) {
    CutDetector detector;
    EXPECT_FALSE(detector.next(scene(width, height, 0, 0).view()));
    EXPECT_FALSE(detector.next(scene(width, height, 0, 0).view()));
  }
}

}  // namespace
}  // namespace mien
