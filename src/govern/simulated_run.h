// A governor at work on a machine that is made up: for tests, and for the plot in docs/governor.md.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mien/governor.h"

namespace mien::testing {

// A machine and what happens to it. The same scenario gives the same run.
struct Scenario {
  std::string name;
  double seconds = 120;
  double fps = 30;   // of the stream, and wanted
  bool live = true;  // frames come at their time; else as fast as they can be done
  std::vector<Mode> modes = {Mode::kFast, Mode::kBalanced, Mode::kHd};
  double slowness = 0.75;  // of the machine; 1: as simulated_run.cpp assumes
  // How many times longer everything takes at a time, and how much of the processor others use then.
  std::function<double(double seconds)> load = [](double) { return 1.0; };
  // Heat: where the processor would end if it worked all the time, and how long it takes to get most of the
  // way. 0: it stays cool and says no temperature.
  double hot_celsius = 0, heat_seconds = 40;
};

struct SimulatedFrame {
  double at_seconds = 0, ms = 0, deadline_ms = 0;
  int level = 0;
  double celsius = 0;
  double load = 1;
  bool feasible = false;  // whether some level would have been in time, noise apart
  std::string why;        // of a change after this frame; empty: none
};

struct SimulatedRun {
  std::vector<WorkLevel> levels;
  std::vector<SimulatedFrame> frames;

  // Of the frames that could be in time.
  double share_in_time() const;
  // The largest step between two frames, and the shortest time between two changes.
  int largest_step() const;
  double shortest_seconds_between_changes() const;
  // From a moment on until this level or a better one is reached, and kept for a second; -1: never.
  double seconds_until(int level, double from) const;
  int level_at(double seconds) const;
};

SimulatedRun run(const Scenario& scenario);

// Those of docs/governor.md and of the tests, by name: heating-phone, load-burst, slow-phone, fast-desktop,
// heating-file, recorded-load. Throws std::invalid_argument for other names. traces: the folder with what was
// recorded.
Scenario scenario_named(const std::string& name, const std::filesystem::path& traces);

}  // namespace mien::testing
