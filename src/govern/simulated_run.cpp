#include "govern/simulated_run.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <stdexcept>

namespace mien::testing {
namespace {

constexpr double kRoomCelsius = 30, kThrottledFromCelsius = 88;

// Milliseconds of one face, assumed: round numbers near docs/performance.md's; hd by the size that its
// network is to have.
constexpr double kFollowMs = 3, kRegionsMs = 2, kClassicalMs = 5, kDetectorMs = 9;

double network_ms(Mode mode) { return mode == Mode::kHd ? 14 : mode == Mode::kBalanced ? 4 : 1.5; }

// Without noise. frame: counts those of the stream that are fused.
double expected_ms(const Scenario& s, const WorkLevel& level, int frame) {
  double ms = kFollowMs + kClassicalMs + network_ms(level.mode);
  if (frame % level.parser_period == 0) ms += kRegionsMs;
  if (frame % level.detector_period == 0) ms += kDetectorMs;
  return ms * s.slowness;
}

// What nearly all frames of a level take.
bool feasible(const Scenario& s, const std::vector<WorkLevel>& levels, double slowdown) {
  return std::any_of(levels.begin(), levels.end(), [&](const WorkLevel& level) {
    if (level.frame_period > 1 && !s.live) return false;
    const bool detector_is_rare = level.detector_period > 20;
    const double ms = expected_ms(s, level, 0) - (detector_is_rare ? kDetectorMs * s.slowness : 0);
    return 1.15 * ms * slowdown <= 1000 * level.frame_period / s.fps;
  });
}

class Processor {
 public:
  explicit Processor(const Scenario& s) : s_(s) {}
  double celsius() const { return celsius_; }
  double slowdown() const {  // a hot one slows itself down
    return 1 + std::max(0.0, celsius_ - kThrottledFromCelsius) / 10;
  }
  void work(double busy_seconds, double all_seconds) {
    if (!(s_.hot_celsius > 0)) return;
    const double duty = std::min(1.0, busy_seconds / all_seconds),
                 end = kRoomCelsius + duty * (s_.hot_celsius - kRoomCelsius);
    celsius_ += (end - celsius_) * (1 - std::exp(-all_seconds / s_.heat_seconds));
  }

 private:
  const Scenario& s_;
  double celsius_ = kRoomCelsius + 10;
};

// Seconds and slowdown per line.
std::function<double(double)> recorded(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<std::pair<double, double>> points;
  for (std::string line; std::getline(in, line);) {
    double at = 0, slowdown = 0;
    if (std::sscanf(line.c_str(), "%lf,%lf", &at, &slowdown) == 2) points.emplace_back(at, slowdown);
  }
  if (points.empty()) throw std::invalid_argument(file.string() + ": no recorded trace");
  return [points = std::move(points)](double seconds) {
    const auto after = std::upper_bound(points.begin(), points.end(), std::pair(seconds, 1e9));
    return after == points.begin() ? points.front().second : std::prev(after)->second;
  };
}

}  // namespace

SimulatedRun run(const Scenario& s) {
  GovernorOptions options;
  options.target_fps = s.live || s.fps > 0 ? s.fps : 0;
  options.modes = s.modes, options.may_drop_frames = s.live;
  Governor governor(options);
  Processor processor(s);
  SimulatedRun out;
  out.levels = governor.levels();
  std::mt19937 random(7);
  std::normal_distribution<double> noise(0, 0.04);
  double now = 0;
  for (int frame = 0; now < s.seconds; ++frame) {
    const WorkLevel level = governor.level();
    const double load = s.load(now), slowdown = load * processor.slowdown();
    SimulatedFrame one{now, 0, 0, governor.number(), processor.celsius(), load, false, ""};
    one.ms = expected_ms(s, level, frame) * slowdown * std::exp(noise(random));
    one.deadline_ms = s.fps > 0 ? 1000 * level.frame_period / s.fps : std::numeric_limits<double>::infinity();
    one.feasible = feasible(s, out.levels, slowdown);
    const double busy = one.ms / 1000,
                 turn = s.live ? std::max(busy, level.frame_period / s.fps) : busy * level.frame_period;
    processor.work(busy, turn);
    now += turn;
    MachineState machine;
    if (s.hot_celsius > 0) machine.cpu_celsius = static_cast<float>(processor.celsius());
    machine.foreign_load = static_cast<float>(1 - 1 / load);
    if (const auto change = governor.next(now, one.ms, machine)) one.why = change->why;
    out.frames.push_back(std::move(one));
  }
  return out;
}

double SimulatedRun::share_in_time() const {
  int feasible = 0, in_time = 0;
  for (const SimulatedFrame& f : frames) {
    feasible += f.feasible;
    in_time += f.feasible && f.ms <= f.deadline_ms;
  }
  return feasible > 0 ? static_cast<double>(in_time) / feasible : 0;
}

int SimulatedRun::largest_step() const {
  int largest = 0;
  for (std::size_t i = 1; i < frames.size(); ++i)
    largest = std::max(largest, std::abs(frames[i].level - frames[i - 1].level));
  return largest;
}

double SimulatedRun::shortest_seconds_between_changes() const {
  double shortest = 1e9, last = -1e9;
  for (std::size_t i = 1; i < frames.size(); ++i) {
    if (frames[i].level == frames[i - 1].level) continue;
    shortest = std::min(shortest, frames[i].at_seconds - last);
    last = frames[i].at_seconds;
  }
  return shortest;
}

double SimulatedRun::seconds_until(int level, double from) const {
  double since = -1;
  for (const SimulatedFrame& f : frames) {
    if (f.at_seconds < from) continue;
    if (f.level > level) since = -1;
    if (f.level <= level && since < 0) since = f.at_seconds;
    if (since >= 0 && f.at_seconds > since + 1) return since - from;
  }
  return -1;
}

int SimulatedRun::level_at(double seconds) const {
  const auto after = std::find_if(frames.begin(), frames.end(),
                                  [&](const SimulatedFrame& f) { return f.at_seconds >= seconds; });
  return after == frames.end() ? frames.back().level : after->level;
}

Scenario scenario_named(const std::string& name, const std::filesystem::path& traces) {
  Scenario s;
  s.name = name;
  const auto between = [](double from, double to, double slowdown) {
    return [=](double t) { return t >= from && t < to ? slowdown : 1.0; };
  };
  if (name == "heating-phone") {
    s.seconds = 240, s.fps = 24, s.slowness = 1.1, s.hot_celsius = 125, s.heat_seconds = 30;
  } else if (name == "load-burst") {
    s.seconds = 90, s.load = between(30, 50, 2.2);
  } else if (name == "slow-phone") {
    s.seconds = 120, s.slowness = 2.6;
  } else if (name == "fast-desktop") {
    s.slowness = 0.5;
  } else if (name == "heating-file") {
    s.seconds = 240, s.live = false, s.fps = 0, s.hot_celsius = 105, s.heat_seconds = 30;
  } else if (name == "recorded-load") {
    s.seconds = 45, s.fps = 25, s.modes = {Mode::kFast, Mode::kBalanced};
    s.load = recorded(traces / "load_on_two_cores.csv");
  } else {
    throw std::invalid_argument("no scenario " + name);
  }
  return s;
}

}  // namespace mien::testing
