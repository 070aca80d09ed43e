#include "heap.h"

#include <cstddef>

#if defined(__linux__) && defined(__GLIBC__)
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#endif

namespace mien::cli {

#if defined(__linux__) && defined(__GLIBC__)

namespace {

constexpr int kMegabyte = 1 << 20;
constexpr int kReserved = 96 * kMegabyte;  // what a swap of photos of a megapixel touches
constexpr std::uintptr_t kLargePage = 2 * kMegabyte;

}  // namespace

void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 32 * kMegabyte);  // glibc's largest; buffers of that size are the system's own
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

void keep_clip_memory_small() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, kMegabyte);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

void give_back_freed_memory() { malloc_trim(0); }

void take_memory_in_large_steps() {
  keep_freed_memory();
  mallopt(M_TOP_PAD, kReserved);
  const auto begin = reinterpret_cast<std::uintptr_t>(sbrk(0));
  void* volatile first = std::malloc(kMegabyte);  // more than is there: the heap grows; volatile: it has to
  const auto end = reinterpret_cast<std::uintptr_t>(sbrk(0));
  std::free(first);
  mallopt(M_TOP_PAD, 4 * kMegabyte);
  const std::uintptr_t from = (begin + kLargePage - 1) / kLargePage * kLargePage;
  // Refused where large pages are switched off: then they are small ones.
  if (from < end) madvise(reinterpret_cast<void*>(from), end - from, MADV_HUGEPAGE);
}

#else

void keep_freed_memory() {}
void keep_clip_memory_small() {}
void give_back_freed_memory() {}
void take_memory_in_large_steps() {}

#endif

}  // namespace mien::cli
