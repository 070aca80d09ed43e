#include "core/plane.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
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

// The plain twin: three boxes of the same variance by direct sums, in double; each pass repeats its edge
// pixels.
Plane boxes_plain(const Plane& in, float sigma) {
  const double variance = static_cast<double>(sigma) * sigma / 3;
  const int r = static_cast<int>((std::sqrt(12 * variance + 1) - 1) / 2);
  const double n = 2 * r + 1,
               rest = n * (variance - r * (r + 1) / 3.0) / (2 * ((r + 1) * (r + 1) - variance));
  Plane now = in, next = in;
  for (int pass = 0; pass < 6; ++pass) {
    const int dx = pass < 3 ? 1 : 0, dy = 1 - dx;
    for (int y = 0; y < in.height; ++y) {
      for (int x = 0; x < in.width; ++x) {
        double sum = 0;
        for (int i = -r - 1; i <= r + 1; ++i) {
          const float v =
              now.row(std::clamp(y + i * dy, 0, in.height - 1))[std::clamp(x + i * dx, 0, in.width - 1)];
          sum += (std::abs(i) > r ? rest : 1.0) * v;
        }
        next.row(y)[x] = static_cast<float>(sum / (n + 2 * rest));
      }
    }
    std::swap(now, next);
  }
  return now;
}

TEST(GaussianBlur, AgreesWithThePlainTwinOnAwkwardSizes) {
  std::vector<float> scratch;
  for (const auto& [w, h] : {std::pair{1, 1}, {13, 127}, {256, 255}, {5, 2}}) {
    for (const float sigma : {0.6f, 2.0f, 7.3f, 31.0f}) {
      Plane fast = noise(w, h);
      const Plane plain = boxes_plain(fast, sigma);
      gaussian_blur(&fast, sigma, &scratch);
      for (std::size_t i = 0; i < fast.size(); ++i)
        ASSERT_NEAR(fast.values[i], plain.values[i], 1e-4f) << w << " x " << h << ", sigma " << sigma;
    }
  }
}

TEST(GaussianBlur, OfAPointIsNearTheGaussian) {
  std::vector<float> scratch;
  for (const float sigma : {1.0f, 2.5f, 9.0f}) {
    Plane point;
    point.resize(101, 101);
    point.fill(0);
    point.row(50)[50] = 1;
    gaussian_blur(&point, sigma, &scratch);
    const double peak = 1 / (2 * 3.14159265 * sigma * sigma);
    for (int y = 0; y < 101; ++y) {
      for (int x = 0; x < 101; ++x) {
        const double wanted =
            peak * std::exp(-0.5 * ((x - 50) * (x - 50) + (y - 50) * (y - 50)) / (sigma * sigma));
        ASSERT_NEAR(point.row(y)[x], wanted, 0.14 * peak) << "sigma " << sigma << " at " << x << "," << y;
      }
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

// Each pixel by itself, in double.
TEST(EnlargeBoxes, AgreesWithThePlainTwinOnAwkwardSizes) {
  for (const auto& [w, h, factor] :
       {std::array{1, 1, 3}, {13, 127, 4}, {256, 255, 7}, {5, 2, 1}, {61, 1, 6}, {3, 90, 2}}) {
    const Plane small = noise((w + factor - 1) / factor, (h + factor - 1) / factor);
    Plane fast;
    enlarge_boxes(small, factor, w, h, &fast);
    ASSERT_EQ(fast.size(), static_cast<std::size_t>(w) * h);
    const auto at = [&](int x, int y) -> double {
      return small.row(std::clamp(y, 0, small.height - 1))[std::clamp(x, 0, small.width - 1)];
    };
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) {
        const double px = std::clamp((x + 0.5) / factor - 0.5, 0.0, small.width - 1.0),
                     py = std::clamp((y + 0.5) / factor - 0.5, 0.0, small.height - 1.0);
        const int x0 = static_cast<int>(px), y0 = static_cast<int>(py);
        const double fx = px - x0, fy = py - y0;
        const double plain = (1 - fy) * ((1 - fx) * at(x0, y0) + fx * at(x0 + 1, y0)) +
                             fy * ((1 - fx) * at(x0, y0 + 1) + fx * at(x0 + 1, y0 + 1));
        ASSERT_NEAR(fast.row(y)[x], plain, 1e-5)
            << w << " x " << h << ", " << factor << " at " << x << ", " << y;
      }
    }
  }
}

TEST(RowEnlarger, GivesTheSameRowsInAnyOrderAndInParts) {
  const Plane small = noise(11, 9);
  Plane whole;
  enlarge_boxes(small, 5, 53, 44, &whole);
  RowEnlarger rows;
  rows.begin(small, 5, 53);
  std::vector<float> part(53);
  for (const int y : {0, 43, 7, 8, 9, 3, 43, 20}) {
    rows.row(y, 6, 41, part.data());
    for (int x = 6; x < 41; ++x) ASSERT_EQ(part[x - 6], whole.row(y)[x]) << y << ", " << x;
  }
}

TEST(RowShrinker, TakesSpansOfRowsAsTheWholeMaskedPlane) {
  const Plane in = noise(37, 29);
  Plane mask = noise(37, 29), whole, by_rows;
  for (int y = 0; y < 29; ++y) {
    for (int x = 0; x < 37; ++x) mask.row(y)[x] *= x >= y / 2 && x < 30 ? 1.0f : 0.0f;
  }
  shrink_boxes_masked(in.values.data(), mask, 4, &whole);
  RowShrinker sums;
  sums.begin(37, 29, 4, &by_rows);
  for (int y = 0; y < 29; ++y) sums.add(in.row(y) + y / 2, mask.row(y) + y / 2, y / 2, 30);
  EXPECT_EQ(by_rows.values, whole.values);
}

TEST(GaussianBlur, SeesNothingBeyondItsReach) {
  for (const float sigma : {0.01f, 0.8f, 1.7f, 4.4f, 9.0f}) {
    Plane plane;
    plane.resize(151, 1);
    plane.fill(0);
    plane.values[75] = 1;
    std::vector<float> scratch;
    gaussian_blur(&plane, sigma, &scratch);
    const int reach = gaussian_blur_reach(sigma);
    for (int x = 0; x < 151; ++x) {
      if (std::abs(x - 75) > reach) {
        ASSERT_NEAR(plane.values[x], 0, 1e-9f) << sigma << ", " << x;
      }
    }
  }
}

}  // namespace
}  // namespace mien
