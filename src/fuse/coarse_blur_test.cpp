#include "fuse/coarse_blur.h"

#include <gtest/gtest.h>

#include <array>

namespace mien {
namespace {

Plane box_in_the_middle(int width, int height) {
  Plane out;
  out.resize(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      out.row(y)[x] = x > width / 4 && y > height / 3 && y < height - 9 ? 1.0f : 0.0f;
  return out;
}

TEST(CoarseBlur, IsTheGaussianBlurOfAMask) {
  for (const auto& [width, height] : {std::array{113, 95}, {64, 127}, {31, 200}}) {
    for (const float sigma : {0.0f, 1.0f, 5.9f, 6.1f, 7.5f, 11.0f, 16.0f}) {
      Plane coarse = box_in_the_middle(width, height), fine = coarse;
      CoarseBlurScratch scratch;
      std::vector<float> line;
      blur_coarsely(sigma, &scratch, &coarse);
      gaussian_blur(&fine, sigma, &line);
      const int margin = static_cast<int>(2 * sigma);  // at the edge the repeated pixels are coarse as well
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const bool inside = x >= margin && y >= margin && x < width - margin && y < height - margin;
          ASSERT_NEAR(coarse.row(y)[x], fine.row(y)[x], inside ? 0.012f : 0.06f)
              << width << " " << sigma << " " << x << " " << y;
        }
      }
    }
  }
}

TEST(CoarseBlur, TakesPlanesOfAnySize) {
  for (const auto& [width, height] : {std::array{0, 0}, {1, 1}, {13, 1}, {2, 127}}) {
    Plane plane;
    plane.resize(width, height);
    plane.fill(0.25f);
    CoarseBlurScratch scratch;
    blur_coarsely(9, &scratch, &plane);
    for (const float v : plane.values) EXPECT_NEAR(v, 0.25f, 1e-4f);
  }
}

}  // namespace
}  // namespace mien
