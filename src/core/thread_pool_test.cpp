#include "core/thread_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <stdexcept>
#include <thread>
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

#ifdef __GLIBC__
TEST(ThreadPool, GoesOnWithTheThreadsThatCanBeStarted) {
  pthread_attr_t usual, impossible;
  ASSERT_EQ(pthread_getattr_default_np(&usual), 0);
  ASSERT_EQ(pthread_attr_init(&impossible), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&impossible, std::size_t{1} << 46), 0);  // more than there is
  ASSERT_EQ(pthread_setattr_default_np(&impossible), 0);
  std::atomic<int> sum{0};
  {
    ThreadPool pool(4);
    pool.for_ranges(0, 16, 1, [&](int first, int last) { sum += last - first; });
    ThreadPool::Beside beside(pool, [&] { ++sum; });
    beside.start();
    beside.finish();
  }
  pthread_setattr_default_np(&usual);
  pthread_attr_destroy(&usual), pthread_attr_destroy(&impossible);
  EXPECT_EQ(sum.load(), 17);
}
#endif

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

TEST(ThreadPool, DoesATaskOnceBesideTheCallersOwnLoops) {
  for (const int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    for (int round = 0; round < 200; ++round) {
      int tasks = 0;  // not atomic: finish() is what makes it visible
      std::atomic<int> sum{0}, inner{0};
      const auto add = [](std::atomic<int>& to) {
        return [&to](int first, int last) { to += last - first; };
      };
      ThreadPool::Beside beside(pool, [&] { pool.for_ranges(0, 16, 1, add(inner)), ++tasks; });
      pool.for_ranges(0, 16, 1, add(sum));
      if (round % 3 > 0)
        beside.start();  // twice changes nothing; a task that is not started is done at the end
      if (round % 3 > 1) beside.start();
      for (int i = 0; i < 3; ++i) pool.for_ranges(0, 16, 1, add(sum));
      beside.finish(), beside.finish();
      EXPECT_EQ(tasks, 1) << threads;
      EXPECT_EQ(inner.load(), 16) << threads;
      EXPECT_EQ(sum.load(), 4 * 16) << threads;
    }
  }
}

TEST(ThreadPool, ATaskBesideRunsWhileItsCallerGoesOn) {
  ThreadPool pool(2);
  std::atomic<bool> told{false};
  ThreadPool::Beside beside(pool, [&] {
    while (!told) std::this_thread::yield();
  });
  beside.start();
  told = true;
  beside.finish();
}

TEST(ThreadPool, ATaskBesideThrowsAtItsEnd) {
  for (const int threads : {1, 2}) {
    ThreadPool pool(threads);
    const auto fail = [] { throw std::runtime_error("beside"); };
    ThreadPool::Beside beside(pool, fail), forgotten(pool, fail);
    const ThreadPool::Beside never_begun(pool, fail);
    beside.start(), forgotten.start();
    EXPECT_THROW(beside.finish(), std::runtime_error) << threads;
    std::atomic<int> sum{0};
    pool.for_ranges(0, 16, 1, [&](int first, int last) { sum += last - first; });
    EXPECT_EQ(sum.load(), 16) << threads;
  }
}

}  // namespace
}  // namespace mien
