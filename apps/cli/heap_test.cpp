#include "heap.h"

#include <gtest/gtest.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace mien::cli {
namespace {

constexpr std::size_t kMegabyte = 1 << 20;

std::uintptr_t heap_end() { return reinterpret_cast<std::uintptr_t>(sbrk(0)); }

long resident_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::strtol(line.c_str() + 6, nullptr, 10);
  return -1;
}

// What the system has noted about the heap that ends here.
std::string heap_flags() {
  std::ifstream maps("/proc/self/smaps");
  bool heap = false;
  for (std::string line; std::getline(maps, line);) {
    if (line.find('-') < 17) heap = line.find("[heap]") != std::string::npos;
    if (heap && line.starts_with("VmFlags:") && line.find(" hg") != std::string::npos) return line;
  }
  return "";
}

// One test: what it looks at belongs to the whole program and changes once.
TEST(Heap, GrowsOnceIsUsedAgainAndCountsOnlyWhatIsTouched) {
  const std::uintptr_t before = heap_end();
  const long resident_before_kb = resident_kb();
  take_memory_in_large_steps();
  const std::uintptr_t after = heap_end();
  EXPECT_GE(after - before, 96 * kMegabyte);
  EXPECT_LT(after - before, 110 * kMegabyte);
  ASSERT_GT(resident_before_kb, 0);
  EXPECT_LT(resident_kb() - resident_before_kb, 8 * 1024);
  if (std::filesystem::exists("/sys/kernel/mm/transparent_hugepage")) EXPECT_NE(heap_flags(), "");

  for (int round = 0; round < 3; ++round) {
    std::vector<void*> buffers;
    for (const std::size_t megabytes : {1, 30, 5, 20, 1, 16}) {
      buffers.push_back(std::malloc(megabytes * kMegabyte));
      std::memset(buffers.back(), round, megabytes * kMegabyte);
      EXPECT_LT(reinterpret_cast<std::uintptr_t>(buffers.back()), after) << "a mapping of its own";
    }
    for (void* buffer : buffers) std::free(buffer);
    EXPECT_EQ(heap_end(), after);  // neither grown nor given back
  }
}

}  // namespace
}  // namespace mien::cli

#else

TEST(Heap, ElsewhereNothingIsChanged) { mien::cli::take_memory_in_large_steps(); }

#endif
