#include "pipeline/pose_gate.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

constexpr Pose kAhead{0, 0, 0}, kProfile{80, 0, 0};

TEST(PoseGate, AHeadThatTurnsAwayFadesOutAndComesBack) {
  PoseGate gate;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(gate.next(1, kAhead, 10), 1);
  float last = 1;
  int steps = 0;
  for (int i = 0; i < 20; ++i) {
    const float share = gate.next(1, kProfile, 80);
    EXPECT_LE(share, last);
    steps += share > 0 && share < 1;
    last = share;
  }
  EXPECT_EQ(last, 0);
  EXPECT_EQ(steps, 2);
  for (int i = 0; i < 20; ++i) last = gate.next(1, kAhead, 10);
  EXPECT_EQ(last, 1);
}

TEST(PoseGate, OneFrameBeyondTheLimitChangesNothing) {
  PoseGate gate;
  for (int i = 0; i < 30; ++i) EXPECT_EQ(gate.next(1, i % 5 == 4 ? kProfile : kAhead, 10), 1);
}

TEST(PoseGate, WhoBeginsInProfileIsNotShownAndOthersAre) {
  PoseGate gate;
  EXPECT_EQ(gate.next(1, kProfile, 10), 0);
  EXPECT_EQ(gate.next(2, kAhead, 90), 0);
  EXPECT_EQ(gate.next(3, kAhead, 10), 1);
}

TEST(PoseGate, ForgetsFacesThatAreGone) {
  PoseGate gate;
  EXPECT_EQ(gate.next(1, kProfile, 10), 0);
  gate.keep({});
  EXPECT_EQ(gate.next(1, kAhead, 10), 1);
}

}  // namespace
}  // namespace mien
