// Keeps the calling thread on some of the machine's cores for a while.
#pragma once

#include <span>

#if defined(__linux__)
#include <sched.h>
#endif

namespace mien {

// From construction to destruction; then the thread may run where it could before. Without cores, where none
// of them may be used, and on other systems than Linux it does nothing.
class BoundThread {
 public:
  explicit BoundThread(std::span<const int> cores);
  ~BoundThread();
  BoundThread(const BoundThread&) = delete;
  BoundThread& operator=(const BoundThread&) = delete;

 private:
  bool bound_ = false;
#if defined(__linux__)
  cpu_set_t before_;
#endif
};

}  // namespace mien
