// What Linux says about the machine, in /sys and /proc.
#pragma once

#include <filesystem>

#include "mien/cores.h"
#include "mien/governor.h"

namespace mien {

// The cores by what they can do: `cpu_capacity` of Arm machines, Intel's two kinds. root: "/" but in tests.
CoreGroups core_groups(const std::filesystem::path& root);

// One reading after the other; load is that between two readings.
class LinuxMachine {
 public:
  // root: "/" but in tests.
  explicit LinuxMachine(std::filesystem::path root) : root_(std::move(root)) {}
  MachineState look();

 private:
  std::optional<float> cpu_celsius() const;
  bool saves_power() const;
  std::optional<std::int64_t> free_memory_bytes() const;
  std::optional<float> foreign_load();

  std::filesystem::path root_;
  std::optional<double> all_ticks_, foreign_ticks_;  // at the last reading
};

}  // namespace mien
