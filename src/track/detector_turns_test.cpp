#include "track/detector_turns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace mien {
namespace {

// Frames in which the whole, and in which a part was looked at, after a full look in frame 0.
struct Looks {
  std::vector<int> whole, part;
};

template <class Busy>
Looks looks_in(int frames, int period, Busy busy, int periods_per_part = 1) {
  DetectorTurns turns;
  turns.looked_at_all(period);
  Looks out;
  for (int i = 1; i < frames; ++i) {
    const DetectorTurns::Turn turn = turns.next(period, busy(i), periods_per_part);
    if (turn.whole) out.whole.push_back(i);
    if (turn.part) out.part.push_back(i);
  }
  return out;
}

void expect_never_later(const std::vector<int>& frames, int period) {
  int last = 0;
  for (const int i : frames) {
    EXPECT_LE(i - last, period);
    last = i;
  }
  EXPECT_LE(300 - last, period);
}

TEST(DetectorTurns, NeverLookLaterThanThePeriod) {
  for (const int period : {1, 2, 3, 10, 11}) {
    for (int pattern = 1; pattern < 6; ++pattern) {
      const Looks looks = looks_in(300, period, [&](int i) { return i % pattern == 0; });
      expect_never_later(looks.whole, period);
      expect_never_later(looks.part, period + 1);  // half a period after the whole frame's look
    }
  }
}

// As a stream does that says in every frame which period holds.
TEST(DetectorTurns, ShorteningToTheSamePeriodChangesNothing) {
  for (const int periods_per_part : {1, 2}) {
    DetectorTurns plain, shortened;
    plain.looked_at_all(10), shortened.looked_at_all(10);
    for (int i = 1; i < 200; ++i) {
      shortened.shorten(10, periods_per_part);
      const auto a = plain.next(10, i % 4 == 0, periods_per_part),
                 b = shortened.next(10, i % 4 == 0, periods_per_part);
      EXPECT_EQ(a.whole, b.whole) << i;
      EXPECT_EQ(a.part.has_value(), b.part.has_value()) << i;
    }
  }
}

TEST(DetectorTurns, WholeAndPartStayApartWhenThePeriodGetsShorter) {
  DetectorTurns turns;
  turns.looked_at_all(10);
  turns.shorten(5);
  for (int i = 1; i < 30; ++i) {
    const DetectorTurns::Turn turn = turns.next(5, false);
    EXPECT_FALSE(turn.whole && turn.part) << i;
  }
}

TEST(DetectorTurns, TakeFramesInWhichNothingElseRuns) {
  const auto even = [](int i) { return i % 2 == 0; };
  const Looks looks = looks_in(100, 10, even);
  EXPECT_TRUE(std::none_of(looks.whole.begin(), looks.whole.end(), even));
  EXPECT_TRUE(std::none_of(looks.part.begin(), looks.part.end(), even));
  EXPECT_LE(looks.whole.size(), 11u);
}

TEST(DetectorTurns, WholeAndPartAreNotLookedAtInOneFrame) {
  const Looks looks = looks_in(500, 10, [](int i) { return i % 7 < 3; });
  for (const int i : looks.whole)
    EXPECT_EQ(std::find(looks.part.begin(), looks.part.end(), i), looks.part.end());
}

TEST(DetectorTurns, PartsMayTakeEverySecondPeriod) {
  for (int pattern = 1; pattern < 6; ++pattern) {
    const auto busy = [&](int i) { return i % pattern == 0; };
    const Looks all = looks_in(400, 10, busy), half = looks_in(400, 10, busy, 2);
    EXPECT_EQ(half.whole, all.whole);
    EXPECT_NEAR(static_cast<double>(half.part.size()), static_cast<double>(all.part.size()) / 2, 1.5);
    for (std::size_t k = 1; k < half.part.size(); ++k) EXPECT_LE(half.part[k] - half.part[k - 1], 22);
    for (const int i : half.whole)
      EXPECT_EQ(std::find(half.part.begin(), half.part.end(), i), half.part.end());
  }
}

TEST(DetectorTurns, AShorterPeriodHoldsAtOnce) {
  DetectorTurns turns;
  turns.looked_at_all(1000);
  turns.shorten(5);
  int waited = 1;
  while (!turns.next(5, true).whole) ++waited;
  EXPECT_EQ(waited, 5);
}

}  // namespace
}  // namespace mien
