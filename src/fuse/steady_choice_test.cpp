#include "fuse/steady_choice.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

TEST(SteadyChoice, IsTheFirstFramesAtOnce) {
  EXPECT_TRUE(SteadyChoice().next(true));
  EXPECT_FALSE(SteadyChoice().next(false));
}

TEST(SteadyChoice, DoesNotFollowFramesThatFlicker) {
  SteadyChoice worn;
  worn.next(true);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(worn.next(i % SteadyChoice::kFrames == 0)) << "frame " << i;
}

TEST(SteadyChoice, ChangesWhenAllFramesSayOtherwise) {
  SteadyChoice worn;
  worn.next(true);
  for (int i = 1; i < SteadyChoice::kFrames; ++i) EXPECT_TRUE(worn.next(false));
  EXPECT_FALSE(worn.next(false));
  EXPECT_FALSE(worn.next(true));
}

TEST(SteadyChoice, ShowsAChangeLittleByLittle) {
  SteadyChoice worn;
  worn.next(true);
  EXPECT_EQ(worn.share, 1);
  while (worn.next(false)) EXPECT_EQ(worn.show(), 1);
  float before = 1;
  for (int i = 0; i < 2; ++i) {
    const float now = worn.show();
    EXPECT_LT(now, before);
    EXPECT_GT(now, 0);
    before = now;
  }
  EXPECT_NEAR(worn.show(), 0, 1e-6f);
  worn.next(true);
  EXPECT_NEAR(worn.show(), 0, 1e-6f) << "one frame is no change";
}

}  // namespace
}  // namespace mien
