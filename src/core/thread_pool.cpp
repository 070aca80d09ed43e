#include "core/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace mien {

struct ThreadPool::Workers {
  std::mutex mutex;
  std::condition_variable wake, finished;
  std::vector<std::thread> threads;
  bool stop = false;
  unsigned generation = 0;
  bool open = false;  // the current job may still be joined
  int running = 0;    // of the pool's threads, those that work on it
  // The current job.
  const std::function<void(int, int)>* work = nullptr;
  std::atomic<int> next{0};
  int end = 0, chunk = 1;

  std::exception_ptr error;  // the first of the current job

  void take_chunks() {
    try {
      for (int first = next.fetch_add(chunk); first < end; first = next.fetch_add(chunk)) {
        (*work)(first, std::min(end, first + chunk));
      }
    } catch (...) {
      std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
    }
  }

  void loop() {
    unsigned seen = 0;
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return stop || (open && generation != seen); });
      if (stop) return;
      seen = generation;
      ++running;
      lock.unlock();
      take_chunks();
      lock.lock();
      if (--running == 0) finished.notify_one();
    }
  }
};

ThreadPool::ThreadPool(int threads) : threads_(std::max(1, threads)) {
  if (threads_ == 1) return;
  workers_ = std::make_unique<Workers>();
  for (int i = 1; i < threads_; ++i) workers_->threads.emplace_back([w = workers_.get()] { w->loop(); });
}

ThreadPool::~ThreadPool() {
  if (!workers_) return;
  {
    std::lock_guard lock(workers_->mutex);
    workers_->stop = true;
  }
  workers_->wake.notify_all();
  for (std::thread& t : workers_->threads) t.join();
}

void ThreadPool::for_ranges(int begin, int end, int grain, const std::function<void(int, int)>& work) {
  if (end <= begin) return;
  const int pieces = std::min(4 * threads_, (end - begin) / std::max(1, grain));
  if (!workers_ || pieces < 2) {
    work(begin, end);
    return;
  }
  Workers& w = *workers_;
  {
    std::lock_guard lock(w.mutex);
    w.work = &work;
    w.next = begin;
    w.end = end;
    w.chunk = (end - begin + pieces - 1) / pieces;
    w.open = true;
    ++w.generation;
  }
  w.wake.notify_all();
  w.take_chunks();
  std::unique_lock lock(w.mutex);
  w.open = false;  // who has not woken up yet is not waited for: on a busy machine that may take long
  w.finished.wait(lock, [&] { return w.running == 0; });
  if (w.error) std::rethrow_exception(std::exchange(w.error, nullptr));
}

}  // namespace mien
