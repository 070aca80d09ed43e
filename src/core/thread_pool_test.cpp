#include "core/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace mien {
namespace {

TEST(ThreadPool, VisitsEveryIndexOnceForAnyThreadCount) {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    for (int n : {0, 1, 7, 1000}) {
      std::vector<std::atomic<int>> seen(static_cast<std::size_t>(n));
      pool.for_ranges(0, n, 1, [&](int first, int last) {
        for (int i = first; i < last; ++i) ++seen[static_cast<std::size_t>(i)];
      });
      for (const auto& s : seen) EXPECT_EQ(s.load(), 1) << threads << " threads, " << n << " items";
    }
  }
}

TEST(ThreadPool, CanBeUsedManyTimesInARow) {
  ThreadPool pool(4);
  std::atomic<int> sum{0};
  for (int round = 0; round < 500; ++round)
    pool.for_ranges(0, 16, 1, [&](int first, int last) { sum += last - first; });
  EXPECT_EQ(sum.load(), 500 * 16);
}

TEST(ThreadPool, KeepsSmallJobsOnTheCallingThread) {
  ThreadPool pool(4);
  int calls = 0;  // not atomic: the sanitizer would object if another thread came here
  pool.for_ranges(0, 10, 100, [&](int, int) { ++calls; });
  EXPECT_EQ(calls, 1);
}

TEST(ThreadPool, ThrowsWhatItsWorkThrowsAndGoesOnAfterwards) {
  for (const int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    const auto fail = [](int first, int last) {
      if (first <= 40 && 40 < last) throw std::runtime_error("forty");
    };
    EXPECT_THROW(pool.for_ranges(0, 100, 1, fail), std::runtime_error) << threads;
    std::atomic<int> sum{0};
    pool.for_ranges(0, 16, 1, [&](int first, int last) { sum += last - first; });
    EXPECT_EQ(sum.load(), 16) << threads;
  }
}

}  // namespace
}  // namespace mien
