#include "govern/linux_machine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace mien {
namespace {

namespace fs = std::filesystem;

// A made-up /sys and /proc.
class LinuxMachineTest : public ::testing::Test {
 protected:
  LinuxMachineTest() : root_(fs::temp_directory_path() / ("mien-machine-" + std::to_string(::getpid()))) {}
  ~LinuxMachineTest() override { fs::remove_all(root_); }

  void file(const fs::path& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text << "\n";
  }
  void zone(int number, const std::string& type, int milli_celsius) const {
    const fs::path folder = "sys/class/thermal/thermal_zone" + std::to_string(number);
    file(folder / "type", type), file(folder / "temp", std::to_string(milli_celsius));
  }

  fs::path root_;
};

TEST_F(LinuxMachineTest, SaysNothingWhereThereIsNothing) {
  const MachineState state = LinuxMachine(root_).look();
  EXPECT_FALSE(state.cpu_celsius || state.free_memory_bytes || state.foreign_load || state.saves_power);
  EXPECT_EQ(state.thermal, ThermalStatus::kUnknown);
}

TEST_F(LinuxMachineTest, TakesTheHottestOfTheProcessorsZones) {
  zone(0, "x86_pkg_temp", 71500);
  zone(1, "cpu-1-0-usr", 78250);
  zone(2, "battery", 99000);
  zone(3, "cpu-broken", -274000);
  zone(4, "soc_thermal", 2000000);
  EXPECT_EQ(LinuxMachine(root_).look().cpu_celsius, 78.25f);
}

TEST_F(LinuxMachineTest, KnowsThePowerSaverAndAnEmptyBattery) {
  file("sys/class/power_supply/AC/type", "Mains");
  file("sys/class/power_supply/BAT0/type", "Battery");
  file("sys/class/power_supply/BAT0/status", "Discharging");
  file("sys/class/power_supply/BAT0/capacity", "60");
  EXPECT_FALSE(LinuxMachine(root_).look().saves_power);
  file("sys/class/power_supply/BAT0/capacity", "9");
  EXPECT_TRUE(LinuxMachine(root_).look().saves_power);
  file("sys/class/power_supply/BAT0/status", "Charging");
  EXPECT_FALSE(LinuxMachine(root_).look().saves_power);
  file("sys/firmware/acpi/platform_profile", "low-power");
  EXPECT_TRUE(LinuxMachine(root_).look().saves_power);
}

TEST_F(LinuxMachineTest, CountsTheLoadOfOthersBetweenTwoLooks) {
  LinuxMachine machine(root_);
  file("proc/self/stat", "42 (a name) S 1 2 3 4 5 6 7 8 9 10 100 50 0 0");
  file("proc/stat", "cpu  1000 0 500 3000 0 0 0 0 0 0");
  EXPECT_FALSE(machine.look().foreign_load) << "one look shows no load";
  file("proc/self/stat", "42 (a name) S 1 2 3 4 5 6 7 8 9 10 140 60 0 0");  // 50 of our own
  file("proc/stat", "cpu  1090 20 540 3250 0 0 0 0 0 0");                   // 150 busy, 250 idle
  EXPECT_NEAR(machine.look().foreign_load.value_or(-1), 100.0 / 400, 1e-6);
}

TEST_F(LinuxMachineTest, ReadsTheMemoryThatIsAvailable) {
  file("proc/meminfo", "MemTotal:       16000 kB\nMemFree:         1000 kB\nMemAvailable:    5000 kB");
  EXPECT_EQ(LinuxMachine(root_).look().free_memory_bytes, 5'120'000);
}

TEST_F(LinuxMachineTest, CoresThatAreAllAlikeAreNotParted) {
  EXPECT_TRUE(core_groups(root_).efficiency.empty());
  for (int core = 0; core < 4; ++core)
    file("sys/devices/system/cpu/cpu" + std::to_string(core) + "/cpu_capacity", core == 2 ? "1000" : "1024");
  const CoreGroups groups = core_groups(root_);
  EXPECT_TRUE(groups.efficiency.empty());
  EXPECT_TRUE(groups.performance.empty());
}

TEST_F(LinuxMachineTest, PartsAPhonesCoresByCapacity) {
  const int capacity[] = {250, 250, 250, 250, 760, 760, 760, 1024};
  for (int core = 0; core < 8; ++core)
    file("sys/devices/system/cpu/cpu" + std::to_string(core) + "/cpu_capacity",
         std::to_string(capacity[core]));
  file("sys/devices/system/cpu/cpufreq/cpu_capacity", "7");
  const CoreGroups groups = core_groups(root_);
  EXPECT_EQ(groups.efficiency, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(groups.performance, (std::vector<int>{4, 5, 6, 7}));
}

TEST_F(LinuxMachineTest, PartsALaptopsCoresByKind) {
  file("sys/devices/cpu_core/cpus", "0-3");
  file("sys/devices/cpu_atom/cpus", "4-6,9");
  const CoreGroups groups = core_groups(root_);
  EXPECT_EQ(groups.efficiency, (std::vector<int>{4, 5, 6, 9}));
  EXPECT_EQ(groups.performance, (std::vector<int>{0, 1, 2, 3}));
  file("sys/devices/cpu_atom/cpus", "nonsense");
  EXPECT_TRUE(core_groups(root_).efficiency.empty());
}

TEST(ThisMachine, CanBeAskedMoreThanOnce) {
  const MachineProbe probe = this_machine();
  probe();
  const MachineState state = probe();
  if (state.cpu_celsius) EXPECT_GT(*state.cpu_celsius, 0);
  if (state.foreign_load) EXPECT_LE(*state.foreign_load, 1);
}

}  // namespace
}  // namespace mien
