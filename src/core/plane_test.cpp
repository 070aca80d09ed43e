#include "core/plane.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace mien {
namespace {

Plane noise(int width, int height) {
  std::mt19937 random(11);
  std::uniform_real_distribution<float> unit(0, 1);
  Plane plane;
  plane.resize(width, height);
  for (float& v : plane.values) v = unit(random);
  return plane;
}

// The plain twin: the Gaussian itself, edge pixels repeated.
Plane blur_plain(const Plane& in, float sigma) {
  const int reach = static_cast<int>(std::ceil(4 * sigma));
  std::vector<double> kernel;
  double sum = 0;
  for (int i = -reach; i <= reach; ++i) sum += kernel.emplace_back(std::exp(-0.5 * i * i / (sigma * sigma)));
  Plane rows = in, out = in;
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      double v = 0;
      for (int i = -reach; i <= reach; ++i) v += kernel[i + reach] * in.row(y)[std::clamp(x + i, 0, in.width - 1)];
      rows.row(y)[x] = static_cast<float>(v / sum);
    }
  }
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      double v = 0;
      for (int i = -reach; i <= reach; ++i) v += kernel[i + reach] * rows.row(std::clamp(y + i, 0, in.height - 1))[x];
      out.row(y)[x] = static_cast<float>(v / sum);
    }
  }
  return out;
}

TEST(GaussianBlur, IsNearTheGaussianOnAwkwardSizes) {
  std::vector<float> scratch;
  for (const auto& [w, h] : {std::pair{1, 1}, {13, 127}, {256, 255}, {5, 2}}) {
    for (const float sigma : {0.6f, 2.0f, 7.3f, 31.0f}) {
      Plane fast = noise(w, h);
      const Plane plain = blur_plain(fast, sigma);
      gaussian_blur(&fast, sigma, &scratch);
      float worst = 0;
      for (std::size_t i = 0; i < fast.size(); ++i) worst = std::max(worst, std::abs(fast.values[i] - plain.values[i]));
      // Noise of full range: 0.03 of it near sigma = 0.6, where three boxes resemble a Gaussian least.
      EXPECT_LT(worst, sigma < 1 ? 0.06f : 0.025f) << w << " x " << h << ", sigma " << sigma;
    }
  }
}

TEST(GaussianBlur, LeavesAConstantAlone) {
  std::vector<float> scratch;
  Plane plane;
  plane.resize(301, 200);
  plane.fill(0.7f);
  gaussian_blur(&plane, 25, &scratch);
  for (float v : plane.values) EXPECT_NEAR(v, 0.7f, 1e-5f);
}

TEST(Boxes, EnlargingWhatWasShrunkKeepsARamp) {
  Plane ramp, small, back;
  ramp.resize(67, 45);
  for (int y = 0; y < 45; ++y) {
    for (int x = 0; x < 67; ++x) ramp.row(y)[x] = static_cast<float>(2 * x - y);
  }
  shrink_boxes(ramp, 4, &small);
  EXPECT_EQ(small.width, 17);
  EXPECT_EQ(small.height, 12);
  enlarge_boxes(small, 4, 67, 45, &back);
  for (int y = 4; y < 40; ++y) {
    for (int x = 4; x < 60; ++x) EXPECT_NEAR(back.row(y)[x], ramp.row(y)[x], 1e-3f);
  }
}

}  // namespace
}  // namespace mien
