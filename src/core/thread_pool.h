// A small fixed pool for splitting one job into rows, and for doing one thing beside another. The library
// starts no thread that the caller did not ask for.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>

namespace mien {

class ThreadPool {
 public:
  class Beside;

  // threads: how many work on a job, the calling one included; 1 starts none. Fewer where the machine does
  // not let so many start.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return threads_; }

  // Calls work(first, last) for consecutive, disjoint ranges that cover [begin, end); returns when all are
  // done. Ranges are at least `grain` long (but for the last), so small jobs stay on the calling thread.
  // Results must not depend on the split. Several threads may call this at once, and it
  // may be called from within work() and from a Beside's task. What work() throws is thrown here, when all
  // threads have stopped.
  void for_ranges(int begin, int end, int grain, const std::function<void(int, int)>& work);

 private:
  struct Workers;

  // Pieces of work that every thread of the pool may take while it is open.
  struct Job {
    const std::function<void(int, int)>* work = nullptr;
    std::atomic<int> next{0};
    int end = 0, chunk = 1;
    int running = 0;           // of the pool's threads, those that work on it; guarded by the pool's mutex
    std::exception_ptr error;  // the first; likewise
  };

  int threads_;
  std::unique_ptr<Workers> workers_;
};

// One task that another thread of the pool does while the one that made it goes on.
class ThreadPool::Beside {
 public:
  // Nothing is done yet. The pool and what the task uses must outlive this.
  Beside(ThreadPool& pool, std::function<void()> task);
  // A task that was started and not finished is waited for; what it throws is lost. One that was not started
  // is not done.
  ~Beside();
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

  // A thread that has nothing else to do takes the task from now on. Calls after the first do nothing.
  void start();
  // Returns when the task is done: by another thread, or here when none has taken it. Calls after the first
  // do nothing. What the task throws is thrown here.
  void finish();

 private:
  ThreadPool& pool_;
  std::function<void()> task_;
  std::function<void(int, int)> work_;
  Job job_;
  bool started_ = false, finished_ = false;  // by the calls of these names
};

}  // namespace mien
