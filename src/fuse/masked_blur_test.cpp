#include "fuse/masked_blur.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace mien {
namespace {

// The plain twin: direct sums in double.
Plane masked_blur_plain(const Plane& in, const Plane& mask, float sigma) {
  Plane out = in;
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      double sum = 0, weight = 0;
      for (int v = 0; v < in.height; ++v) {
        for (int u = 0; u < in.width; ++u) {
          const double k =
              std::exp(-0.5 * ((u - x) * (u - x) + (v - y) * (v - y)) / (sigma * sigma)) * mask.row(v)[u];
          sum += k * in.row(v)[u], weight += k;
        }
      }
      out.row(y)[x] = static_cast<float>(sum / weight);
    }
  }
  return out;
}

TEST(MaskedBlur, IsNearTheDirectSumWhereTheMaskHasWeight) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> unit(0, 1);
  Plane in, mask, fast;
  in.resize(61, 47), mask.resize(61, 47);
  for (int y = 0; y < 47; ++y) {
    for (int x = 0; x < 61; ++x) {
      in.row(y)[x] = 50 + 0.6f * static_cast<float>(x) - 0.3f * static_cast<float>(y) + 4 * unit(random);
      mask.row(y)[x] =
          std::hypot(x - 30.0f, y - 22.0f) < 19 && std::hypot(x - 24.0f, y - 20.0f) > 5 ? 1.0f : 0.0f;
    }
  }
  MaskedBlurScratch scratch;
  for (const float sigma : {2.0f, 6.5f, 13.0f}) {
    const MaskedBlur blur(mask, sigma, &scratch);
    blur.apply(in, &fast);
    const Plane plain = masked_blur_plain(in, mask, sigma);
    for (int y = 0; y < 47; ++y) {
      for (int x = 0; x < 61; ++x) {
        // The mask's rim is where box approximation and enlargement differ most: allow 1 of a range of 50.
        if (std::hypot(x - 30.0f, y - 22.0f) < 20)
          EXPECT_NEAR(fast.row(y)[x], plain.row(y)[x], 1.0f) << sigma << " at " << x << "," << y;
      }
    }
  }
}

TEST(MaskedBlur, SeesNothingOfWhatTheMaskHides) {
  Plane in, mask, out;
  in.resize(80, 60), mask.resize(80, 60);
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 80; ++x) mask.row(y)[x] = x < 40 ? 1.0f : 0.0f, in.row(y)[x] = x < 40 ? 10.0f : 1e6f;
  }
  MaskedBlurScratch scratch;
  MaskedBlur(mask, 9, &scratch).apply(in, &out);
  for (float v : out.values) EXPECT_NEAR(v, 10, 0.05f);
}

TEST(MaskedBlur, OfAnEmptyMaskIsFinite) {
  Plane in, mask, out;
  in.resize(9, 7), mask.resize(9, 7);
  in.fill(3), mask.fill(0);
  MaskedBlurScratch scratch;
  MaskedBlur(mask, 4, &scratch).apply(in, &out);
  for (float v : out.values) EXPECT_TRUE(std::isfinite(v));
}

}  // namespace
}  // namespace mien
