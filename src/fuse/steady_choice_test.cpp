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

}  // namespace
}  // namespace mien
