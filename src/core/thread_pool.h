// A small fixed pool for splitting one job into rows. The library starts no thread that the caller did not
// ask for.
#pragma once

#include <functional>
#include <memory>

namespace mien {

class ThreadPool {
 public:
  // threads: how many work on a job, the calling one included; 1 starts none.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return threads_; }

  // Calls work(first, last) for consecutive, disjoint ranges that cover [begin, end); returns when all are
  // done. Ranges are at least `grain` long (but for the last), so small jobs stay on the calling thread.
  // Results must not depend on the split. Not to be called from within work(). What work() throws
  // is thrown here, when all threads have stopped.
  void for_ranges(int begin, int end, int grain, const std::function<void(int, int)>& work);

 private:
  struct Workers;
  int threads_;
  std::unique_ptr<Workers> workers_;
};

}  // namespace mien
