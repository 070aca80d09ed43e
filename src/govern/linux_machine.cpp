#include "govern/linux_machine.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

namespace mien {
namespace {

namespace fs = std::filesystem;

constexpr double kNearlyEmptyPercent = 15;
constexpr float kHottestPlausible = 150;
// Places in /proc/self/stat, counted from 1: the first after the program's name, and utime; stime follows.
constexpr int kFirstAfterName = 3, kTicksOfProcess = 14;

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string out;
  std::getline(in, out);
  return out;
}

std::optional<double> number_in(const fs::path& file) {
  const std::string text = first_line(file);
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() ? std::optional(value) : std::nullopt;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) out.push_back(entry.path());
  return out;
}

// Sensors that are the processor's: x86, Arm boards, phones.
bool is_of_cpu(const std::string& type) {
  for (const char* part : {"pkg", "cpu", "CPU", "soc", "core", "acpitz", "k10temp", "Tctl"}) {
    if (type.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::optional<float> LinuxMachine::cpu_celsius() const {
  std::optional<float> hottest;
  for (const fs::path& zone : entries_of(root_ / "sys/class/thermal")) {
    if (!is_of_cpu(first_line(zone / "type"))) continue;
    const auto milli_celsius = number_in(zone / "temp");
    const float celsius = milli_celsius ? static_cast<float>(*milli_celsius / 1000) : 0;
    if (celsius > 0 && celsius < kHottestPlausible) hottest = std::max(hottest.value_or(0), celsius);
  }
  return hottest;
}

bool LinuxMachine::saves_power() const {
  if (first_line(root_ / "sys/firmware/acpi/platform_profile") == "low-power") return true;
  for (const fs::path& supply : entries_of(root_ / "sys/class/power_supply")) {
    if (first_line(supply / "type") != "Battery" || first_line(supply / "status") != "Discharging") continue;
    const auto percent = number_in(supply / "capacity");
    if (percent && *percent < kNearlyEmptyPercent) return true;
  }
  return false;
}

std::optional<std::int64_t> LinuxMachine::free_memory_bytes() const {
  std::ifstream in(root_ / "proc/meminfo");
  for (std::string name, line; in >> name;) {
    std::int64_t kilobytes = 0;
    if (name == "MemAvailable:" && in >> kilobytes) return kilobytes * 1024;
    std::getline(in, line);
  }
  return std::nullopt;
}

// The first line of /proc/stat: cpu user nice system idle iowait irq softirq steal ...
std::optional<float> LinuxMachine::foreign_load() {
  std::istringstream machine(first_line(root_ / "proc/stat")), own(first_line(root_ / "proc/self/stat"));
  std::string word;
  machine >> word;
  double all = 0, idle = 0, ticks = 0;
  for (int i = 0; i < 8 && machine >> ticks; ++i) {
    all += ticks;
    if (i == 3 || i == 4) idle += ticks;
  }
  own.ignore(1 << 16, ')');  // the program's name may hold blanks
  double own_ticks = 0;
  for (int place = kFirstAfterName; place < kTicksOfProcess + 2 && own >> word; ++place) {
    if (place >= kTicksOfProcess) own_ticks += std::strtod(word.c_str(), nullptr);
  }
  if (!(all > 0)) return std::nullopt;
  const double foreign = all - idle - own_ticks;
  std::optional<float> load;
  if (all_ticks_ && all > *all_ticks_)
    load = static_cast<float>(std::clamp((foreign - *foreign_ticks_) / (all - *all_ticks_), 0.0, 1.0));
  all_ticks_ = all, foreign_ticks_ = foreign;
  return load;
}

namespace {

// "0-3,8" -> 0 1 2 3 8; what is no list of cores gives none.
std::vector<int> cores_in(const fs::path& file) {
  constexpr int kMostCores = 4096;
  std::vector<int> out;
  std::istringstream list(first_line(file));
  for (std::string part; std::getline(list, part, ',');) {
    int first = 0, last = 0;
    const char* end = part.data() + part.size();
    auto parsed = std::from_chars(part.data(), end, first);
    if (parsed.ec != std::errc()) return {};
    last = first;
    if (parsed.ptr != end && *parsed.ptr == '-') parsed = std::from_chars(parsed.ptr + 1, end, last);
    if (parsed.ec != std::errc() || first < 0 || last >= kMostCores) return {};
    for (int core = first; core <= last; ++core) out.push_back(core);
  }
  return out;
}

// Core number and what it can do, 1024 being the most.
std::vector<std::pair<int, double>> capacities(const fs::path& root) {
  std::vector<std::pair<int, double>> out;
  for (const fs::path& entry : entries_of(root / "sys/devices/system/cpu")) {
    const std::string name = entry.filename().string();
    int core = 0;
    if (name.rfind("cpu", 0) != 0) continue;
    const auto parsed = std::from_chars(name.data() + 3, name.data() + name.size(), core);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    if (const auto capacity = number_in(entry / "cpu_capacity")) out.emplace_back(core, *capacity);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

CoreGroups core_groups(const fs::path& root) {
  constexpr double kClearlyLess = 0.8;  // of the largest capacity: cores of one kind differ a little
  CoreGroups out{cores_in(root / "sys/devices/cpu_atom/cpus"), cores_in(root / "sys/devices/cpu_core/cpus")};
  if (!out.efficiency.empty() && !out.performance.empty()) return out;
  out = {};
  const auto cores = capacities(root);
  double least = 1e9, most = 0;
  for (const auto& [core, capacity] : cores)
    least = std::min(least, capacity), most = std::max(most, capacity);
  if (!(least < kClearlyLess * most)) return out;
  for (const auto& [core, capacity] : cores) {
    const bool is_small = capacity < least + (1 - kClearlyLess) * most;
    (is_small ? out.efficiency : out.performance).push_back(core);
  }
  return out;
}

CoreGroups cores_of_this_machine() { return core_groups("/"); }

MachineState LinuxMachine::look() {
  MachineState out;
  out.cpu_celsius = cpu_celsius();
  out.saves_power = saves_power();
  out.free_memory_bytes = free_memory_bytes();
  out.foreign_load = foreign_load();
  return out;
}

MachineProbe this_machine() {
  return [machine = std::make_shared<LinuxMachine>("/")] { return machine->look(); };
}

}  // namespace mien
