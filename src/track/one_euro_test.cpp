#include "track/one_euro.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

TEST(OneEuro, ReturnsTheFirstValueAndThenAConstantUnchanged) {
  OneEuro<2> filter;
  for (int i = 0; i < 10; ++i) {
    const auto out = filter.next({3.0f, -4.0f}, 0.04f, 1, {});
    EXPECT_FLOAT_EQ(out[0], 3.0f);
    EXPECT_FLOAT_EQ(out[1], -4.0f);
  }
}

TEST(OneEuro, DoesNotDependOnTheUnitOfLength) {
  OneEuro<1> small, large;
  for (int i = 0; i < 50; ++i) {
    const float x = std::sin(0.3f * static_cast<float>(i));
    EXPECT_NEAR(100 * small.next({x}, 0.04f, 1, {})[0], large.next({100 * x}, 0.04f, 100, {})[0], 1e-3f);
  }
}

TEST(OneEuro, FollowsFastMovementCloselyAndSlowNoiseHardly) {
  OneEuro<1> moving;
  float lag = 0;
  for (int i = 0; i < 50; ++i) {
    const float x = 0.02f * static_cast<float>(i);  // 0.5 units a second
    lag = (x - moving.next({x}, 0.04f, 1, {})[0]) / 0.02f;
  }
  EXPECT_LT(lag, 0.2f);
  OneEuro<1> still;
  float largest = 0;
  for (int i = 0; i < 50; ++i)
    largest = std::max(largest, std::abs(still.next({i % 2 ? 0.001f : -0.001f}, 0.04f, 1, {})[0] + 0.001f));
  EXPECT_LT(largest, 0.0013f);  // steps of 0.002 go in
}

TEST(OneEuro, GivesTheSamePathAtTwiceTheFrameRateUpToItsOwnError) {
  OneEuro<1> slow, fast;
  float a = 0, b = 0;
  for (int i = 0; i <= 100; ++i) {
    const float x = 0.005f * static_cast<float>(i);
    b = fast.next({x}, 0.02f, 1, {})[0];
    if (i % 2 == 0) a = slow.next({x}, 0.04f, 1, {})[0];
  }
  EXPECT_NEAR(a, b, 0.004f);
}

}  // namespace
}  // namespace mien
