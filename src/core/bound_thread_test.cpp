#include "core/bound_thread.h"

#include <gtest/gtest.h>

#include <vector>

namespace mien {
namespace {

#if defined(__linux__)

std::vector<int> allowed() {
  cpu_set_t set;
  std::vector<int> out;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return out;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) out.push_back(i);
  }
  return out;
}

TEST(BoundThread, StaysOnItsCoresAndIsFreeAfterwards) {
  const std::vector<int> before = allowed();
  ASSERT_FALSE(before.empty());
  {
    const std::vector<int> one{before.back()};
    const BoundThread bound(one);
    EXPECT_EQ(allowed(), one);
  }
  EXPECT_EQ(allowed(), before);
}

TEST(BoundThread, DoesNothingWithoutCoresAndWithThoseThatAreNotThere) {
  const std::vector<int> before = allowed(), none, absent{-1, CPU_SETSIZE - 1, 1'000'000};
  const BoundThread first(none), second(absent);
  EXPECT_EQ(allowed(), before);
}

#endif

}  // namespace
}  // namespace mien
