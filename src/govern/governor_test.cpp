#include "mien/governor.h"

#include <gtest/gtest.h>

#include "govern/simulated_run.h"

namespace mien {
namespace {

using testing::Scenario;
using testing::scenario_named;
using testing::SimulatedRun;

const std::filesystem::path kTraces = std::string(MIEN_SOURCE_DIR) + "/tests/govern/traces";

SimulatedRun run(const std::string& name) { return testing::run(scenario_named(name, kTraces)); }

GovernorOptions options(double fps, std::vector<Mode> modes = {Mode::kFast, Mode::kBalanced, Mode::kHd}) {
  GovernorOptions out;
  out.target_fps = fps, out.modes = std::move(modes);
  return out;
}

// Frames of `ms` at 20 a second, from `from` to `to` seconds. -> the changes.
std::vector<LevelChange> feed(Governor& governor, double from, double to, double ms,
                              const MachineState& machine = {}) {
  std::vector<LevelChange> out;
  for (double t = from; t < to; t += 0.05) {
    if (auto change = governor.next(t, ms, machine)) out.push_back(*change);
  }
  return out;
}

class GovernorInEveryScenario : public ::testing::TestWithParam<const char*> {};

TEST_P(GovernorInEveryScenario, IsInTimeWhereItCanBeAndNeverFlaps) {
  const SimulatedRun r = run(GetParam());
  EXPECT_GE(r.share_in_time(), 0.95);
  EXPECT_LE(r.largest_step(), 1);
  EXPECT_GE(r.shortest_seconds_between_changes(), 2);
}

INSTANTIATE_TEST_SUITE_P(All, GovernorInEveryScenario,
                         ::testing::Values("heating-phone", "load-burst", "slow-phone", "fast-desktop",
                                           "heating-file", "recorded-load"));

TEST(Governor, RegainsItsQualityWithinFiveSecondsAfterALoad) {
  for (const double slowdown : {1.5, 2.2, 3.0, 4.0}) {
    for (const bool live : {true, false}) {
      Scenario s;
      s.live = live;
      s.load = [&](double t) { return t >= 30 && t < 60 ? slowdown : 1.0; };
      const SimulatedRun r = testing::run(s);
      EXPECT_EQ(r.level_at(29.9), 0);
      EXPECT_GT(r.level_at(59.9), 0) << slowdown;
      const double seconds = r.seconds_until(0, 60);
      EXPECT_GE(seconds, 0) << slowdown << (live ? " live" : " file");
      EXPECT_LE(seconds, 5) << slowdown << (live ? " live" : " file");
    }
  }
}

TEST(Governor, StaysWhereAFastDesktopIsAndGoesDownOnASlowPhone) {
  const SimulatedRun fast = run("fast-desktop"), slow = run("slow-phone");
  EXPECT_EQ(fast.frames.back().level, 0);
  EXPECT_EQ(fast.shortest_seconds_between_changes(), 1e9) << "no change at all";
  EXPECT_GT(slow.frames.back().level, 0);
}

TEST(Governor, KeepsAHeatingPhoneBelowTheLimitAndSaysWhy) {
  for (const char* name : {"heating-phone", "heating-file"}) {
    const SimulatedRun r = run(name);
    double hottest = 0, last = 0;
    bool said = false;
    for (const auto& f : r.frames) {
      hottest = std::max(hottest, f.celsius), last = f.celsius;
      said = said || f.why.find("degrees Celsius, 85 are too many") != std::string::npos;
    }
    EXPECT_GT(hottest, 84) << name << ": the scenario is to be hot";
    EXPECT_LT(hottest, 93) << name;
    EXPECT_LT(last, 86) << name;
    EXPECT_TRUE(said) << name;
  }
}

TEST(Governor, HasFourLevelsAtMostAndOneThingLessOnEach) {
  for (const std::vector<Mode>& modes : {std::vector<Mode>{Mode::kFast},
                                         {Mode::kFast, Mode::kBalanced},
                                         {Mode::kFast, Mode::kBalanced, Mode::kHd}}) {
    const Governor governor(options(25, modes));
    const auto& levels = governor.levels();
    EXPECT_LE(levels.size(), 4u);
    EXPECT_EQ(levels.front(), (WorkLevel{modes.back(), 10, 1, 1}));
    EXPECT_EQ(levels.back(), (WorkLevel{modes.front(), 30, 4, 2, 256}));
    for (std::size_t i = 1; i < levels.size(); ++i) EXPECT_LE(levels[i].mode, levels[i - 1].mode);
  }
}

TEST(Governor, TakesALateFrameForChanceAndSomeForLate) {
  Governor governor(options(25));
  EXPECT_TRUE(feed(governor, 0, 3, 30).empty());
  EXPECT_FALSE(governor.next(3, 300, {}));
  EXPECT_TRUE(feed(governor, 3.05, 6, 30).empty());
  EXPECT_FALSE(governor.next(6, 300, {}));
  EXPECT_FALSE(governor.next(6.05, 300, {})) << "2 of 40";
  const auto change = governor.next(6.1, 300, {});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->from, 0);
  EXPECT_EQ(change->to, 1);
  EXPECT_EQ(change->why, "frames take up to 300 ms, 40 ms are there");
}

TEST(Governor, TellsTheLoadThatMayExplainIt) {
  MachineState busy;
  busy.foreign_load = 0.62f;
  Governor governor(options(25));
  const auto changes = feed(governor, 0, 1, 50, busy);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_NE(changes[0].why.find("other programs use 62 % of the processor"), std::string::npos);
}

TEST(Governor, DoesNotTryAgainAndAgainWhatIsTooSlow) {
  Governor governor(options(25));
  // Level 1 takes 30 ms, level 0 takes 60: the first try shows it.
  int tries = 0;
  for (double t = 0; t < 60; t += 0.05) {
    const auto change = governor.next(t, governor.number() == 0 ? 60 : 22, {});
    tries += change && change->to == 0;
  }
  EXPECT_LE(tries, 1);
  EXPECT_EQ(governor.number(), 1);
}

TEST(Governor, WithoutATargetIsAsGoodAsHeatAndPowerAllow) {
  Governor governor(options(0));
  EXPECT_TRUE(feed(governor, 0, 10, 5000).empty()) << "slow is no reason";
  MachineState saving;
  saving.saves_power = true;
  EXPECT_EQ(feed(governor, 10, 20, 50, saving).size(), 1u);
  EXPECT_EQ(governor.number(), 1);
  EXPECT_EQ(feed(governor, 20, 30, 50).size(), 1u);
  EXPECT_EQ(governor.number(), 0);
  MachineState full;
  full.free_memory_bytes = 50'000'000;
  const auto changes = feed(governor, 30, 40, 50, full);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].why, "only 50 MB of memory are free, 200 are wanted");
}

TEST(Governor, TakesAPhonesWordForItsHeat) {
  MachineState phone;
  phone.thermal = ThermalStatus::kFair;
  Governor governor(options(0));
  EXPECT_TRUE(feed(governor, 0, 10, 10, phone).empty());
  phone.thermal = ThermalStatus::kCritical;
  EXPECT_EQ(feed(governor, 10, 17, 10, phone).size(), 3u);
  EXPECT_EQ(governor.level().frame_period, 2) << "a file rests";
  phone.thermal = ThermalStatus::kNominal;
  EXPECT_EQ(feed(governor, 17, 40, 10, phone).size(), 3u);
  EXPECT_EQ(governor.number(), 0);
}

TEST(Governor, LeavesTheRestOfAFileToHeatAlone) {
  Governor file(options(25));
  feed(file, 0, 20, 500);
  EXPECT_EQ(file.level().frame_period, 1) << "resting makes no file faster";
  GovernorOptions live = options(25);
  live.may_drop_frames = true;
  Governor stream(live);
  feed(stream, 0, 20, 500);
  EXPECT_EQ(stream.level().frame_period, 2);
  // A file that rested for heat and is cool again goes on, late or not.
  MachineState hot;
  hot.thermal = ThermalStatus::kCritical;
  feed(file, 20, 30, 500, hot);
  EXPECT_EQ(file.level().frame_period, 2);
  feed(file, 30, 60, 500);
  EXPECT_EQ(file.level().frame_period, 1);
}

TEST(Governor, GoesOnWhereAnEarlierProcessStopped) {
  Governor governor(options(25));
  governor.start_at(2);
  EXPECT_EQ(governor.number(), 2);
  governor.start_at(99);
  EXPECT_EQ(governor.number(), 3);
  governor.start_at(-1);
  EXPECT_EQ(governor.number(), 0);
}

TEST(Governor, SaysWhatItsOptionsHaveToBe) {
  EXPECT_TRUE(options(25).validate().ok());
  EXPECT_FALSE(options(-1).validate().ok());
  EXPECT_FALSE(options(25, {}).validate().ok());
  EXPECT_FALSE(options(25, {Mode::kHd, Mode::kFast}).validate().ok());
  EXPECT_EQ(Governor(options(25, {})).levels().size(), 3u) << "the nearest that is allowed";
}

}  // namespace
}  // namespace mien
