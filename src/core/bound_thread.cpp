#include "core/bound_thread.h"

namespace mien {

#if defined(__linux__)

BoundThread::BoundThread(std::span<const int> cores) {
  if (cores.empty() || sched_getaffinity(0, sizeof before_, &before_) != 0) return;
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  for (const int core : cores) {
    if (core >= 0 && core < CPU_SETSIZE && CPU_ISSET(core, &before_)) CPU_SET(core, &wanted);
  }
  bound_ = CPU_COUNT(&wanted) > 0 && sched_setaffinity(0, sizeof wanted, &wanted) == 0;
}

BoundThread::~BoundThread() {
  if (bound_) sched_setaffinity(0, sizeof before_, &before_);
}

#else

BoundThread::BoundThread(std::span<const int>) {}
BoundThread::~BoundThread() = default;

#endif

}  // namespace mien
