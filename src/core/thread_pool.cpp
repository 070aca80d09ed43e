#include "core/thread_pool.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace mien {

struct ThreadPool::Workers {
  std::mutex mutex;
  std::condition_variable wake, finished;
  std::vector<std::thread> threads;
  bool stop = false;
  std::vector<Job*> open;  // jobs that may be joined; the last one first

  ~Workers() {
    {
      std::lock_guard lock(mutex);
      stop = true;
    }
    wake.notify_all();
    for (std::thread& t : threads) t.join();
  }

  void take_chunks(Job& job) {
    try {
      for (int first = job.next.fetch_add(job.chunk); first < job.end; first = job.next.fetch_add(job.chunk))
        (*job.work)(first, std::min(job.end, first + job.chunk));
    } catch (...) {
      std::lock_guard lock(mutex);
      if (!job.error) job.error = std::current_exception();
    }
  }

  // Under the mutex. Null: nothing is left to take.
  Job* unfinished() const {
    const auto found =
        std::find_if(open.rbegin(), open.rend(), [](const Job* job) { return job->next < job->end; });
    return found == open.rend() ? nullptr : *found;
  }

  void loop() {
    std::unique_lock lock(mutex);
    while (true) {
      Job* job = nullptr;
      wake.wait(lock, [&] { return stop || (job = unfinished()) != nullptr; });
      if (stop) return;
      ++job->running;
      lock.unlock();
      take_chunks(*job);
      lock.lock();
      if (--job->running == 0) finished.notify_all();
    }
  }

  void begin(Job& job) {
    {
      std::lock_guard lock(mutex);
      open.push_back(&job);
    }
    wake.notify_all();
  }

  // Takes what nobody has taken, then waits for the others. Who has not woken up yet is not waited for: on a
  // busy machine that may take long.
  void end(Job& job) {
    take_chunks(job);
    std::unique_lock lock(mutex);
    open.erase(std::find(open.begin(), open.end(), &job));
    finished.wait(lock, [&] { return job.running == 0; });
  }
};

ThreadPool::ThreadPool(int threads) : threads_(std::max(1, threads)) {
  if (threads_ == 1) return;
  workers_ = std::make_unique<Workers>();
  workers_->threads.reserve(static_cast<std::size_t>(threads_ - 1));
  try {
    for (int i = 1; i < threads_; ++i) workers_->threads.emplace_back([w = workers_.get()] { w->loop(); });
  } catch (const std::system_error&) {  // the machine gives no more (ulimit -u): slower, with the same result
    threads_ = 1 + static_cast<int>(workers_->threads.size());
    if (threads_ == 1) workers_.reset();
  }
}

ThreadPool::~ThreadPool() = default;

void ThreadPool::for_ranges(int begin, int end, int grain, const std::function<void(int, int)>& work) {
  if (end <= begin) return;
  const int pieces = std::min(4 * threads_, (end - begin) / std::max(1, grain));
  if (!workers_ || pieces < 2) {
    work(begin, end);
    return;
  }
  Job job;
  job.work = &work;
  job.next = begin, job.end = end, job.chunk = (end - begin + pieces - 1) / pieces;
  workers_->begin(job);
  workers_->end(job);
  if (job.error) std::rethrow_exception(job.error);
}

ThreadPool::Beside::Beside(ThreadPool& pool, std::function<void()> task)
    : pool_(pool), task_(std::move(task)), work_([this](int, int) { task_(); }) {
  job_.work = &work_, job_.end = 1;
}

ThreadPool::Beside::~Beside() {
  if (started_ && !finished_) pool_.workers_->end(job_);
}

void ThreadPool::Beside::start() {
  if (started_ || finished_ || !pool_.workers_) return;
  started_ = true;
  pool_.workers_->begin(job_);
}

void ThreadPool::Beside::finish() {
  if (std::exchange(finished_, true)) return;
  if (!started_) {
    task_();
    return;
  }
  pool_.workers_->end(job_);
  if (job_.error) std::rethrow_exception(job_.error);
}

}  // namespace mien
