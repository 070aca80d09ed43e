#include "mien/governor.h"

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

constexpr double kBetweenChangesSeconds = 2;
constexpr double kWindowSeconds = 2;        // of frames that show whether it is late
constexpr double kRoomWindowSeconds = 0.8;  // whether there is room: a load that is gone is soon forgotten
constexpr std::size_t kEnoughFrames = 6;    // to go up: what a few frames show may be chance
constexpr double kCostSeconds = 1;      // on a level until its cost is known: the detector's turn included
constexpr std::size_t kFewestLate = 2;  // to go down: one late frame is chance
constexpr double kLateShare = 0.05;     // of frames that may be late
constexpr double kRoom = 0.9;           // of the time there is that a better level may be expected to take
constexpr double kModeCost = 1.6;       // of a mode over the simpler one, until it was tried
constexpr double kPeriodCost = 1.25;    // of looking more often, likewise
constexpr double kLeastCost = 1.02, kMostCost = 4;
constexpr double kForgetSeconds = 60;  // after which what was seen of a cost counts for a third
constexpr float kHotCelsius = 85, kCoolCelsius = 75;
constexpr double kHeatSeconds = 5;  // that a change of level gets to be felt
constexpr double kCriticalHeatSeconds = 2;
constexpr std::int64_t kLittleMemory = 200'000'000;
constexpr int kSparseDetector = 3, kSparseParser = 4;  // times the usual period
constexpr int kSparseResolution = 256;                 // pixels across a face: larger ones cost no more
constexpr std::size_t kMostLevels = 4;
constexpr float kWorthTelling = 0.25f;  // of the cores: load of others that may explain a late frame

bool is_hot(const MachineState& m) {
  return (m.cpu_celsius && *m.cpu_celsius >= kHotCelsius) || m.thermal >= ThermalStatus::kSerious;
}

bool is_cool(const MachineState& m) {
  return (!m.cpu_celsius || *m.cpu_celsius < kCoolCelsius) && m.thermal < ThermalStatus::kSerious;
}

bool has_little_memory(const MachineState& m) {
  return m.free_memory_bytes && *m.free_memory_bytes < kLittleMemory;
}

std::string rounded(double value) { return std::to_string(std::lround(value)); }

std::string heat_text(const MachineState& m) {
  if (m.cpu_celsius && *m.cpu_celsius >= kHotCelsius)
    return "the processor is at " + rounded(*m.cpu_celsius) + " degrees Celsius, " + rounded(kHotCelsius) +
           " are too many";
  return m.thermal == ThermalStatus::kCritical ? "the device says that it is far too hot"
                                               : "the device says that it is too hot";
}

// All modes, then the simplest with fewer looks, then that at half the frame rate. More than four would take
// longer than five seconds from the last to the first: the simplest mode then always looks less often.
std::vector<WorkLevel> ladder(const GovernorOptions& options) {
  std::vector<WorkLevel> out;
  for (auto mode = options.modes.rbegin(); mode != options.modes.rend(); ++mode)
    out.push_back({*mode, options.detector_period, 1, 1});
  if (out.size() + 2 > kMostLevels) out.pop_back();
  out.push_back({options.modes.front(), kSparseDetector * options.detector_period, kSparseParser, 1,
                 kSparseResolution});
  out.push_back(out.back());
  out.back().frame_period = 2;
  return out;
}

}  // namespace

std::string WorkLevel::text() const {
  std::string out = mode == Mode::kFast ? "fast" : mode == Mode::kHd ? "hd" : "balanced";
  out += ", detector every " + std::to_string(detector_period) + " frames";
  if (parser_period > 1) out += ", regions every " + std::to_string(parser_period);
  if (resolution > 0) out += ", faces at " + std::to_string(resolution) + " px";
  if (frame_period > 1) out += ", half the frame rate";
  return out;
}

Done GovernorOptions::validate() const {
  if (!(target_fps >= 0 && target_fps <= 1000))
    return Status(Code::kInvalidArgument, "the frame rate to reach is " + std::to_string(target_fps) +
                                              ", expected 1 to 1000 frames a second, or 0 for none");
  if (modes.empty() || !std::is_sorted(modes.begin(), modes.end()))
    return Status(Code::kInvalidArgument,
                  "the governor has " + std::to_string(modes.size()) +
                      " modes, expected at least one, the simplest first; use Engine::modes()");
  if (detector_period < 1)
    return Status(Code::kInvalidArgument, "the detector's period is " + std::to_string(detector_period) +
                                              " frames, expected 1 or more");
  return {};
}

Governor::Governor(const GovernorOptions& options) : options_(options) {
  if (options_.modes.empty()) options_.modes = {Mode::kFast};
  std::sort(options_.modes.begin(), options_.modes.end());
  options_.modes.erase(std::unique(options_.modes.begin(), options_.modes.end()), options_.modes.end());
  options_.detector_period = std::max(options_.detector_period, 1);
  if (!(options_.target_fps > 0)) options_.target_fps = 0;
  levels_ = ladder(options_);
  for (std::size_t i = 0; i + 1 < levels_.size(); ++i)
    cost_.push_back(levels_[i].mode != levels_[i + 1].mode ? kModeCost : kPeriodCost);
}

void Governor::start_at(int number) {
  number_ = std::clamp(number, 0, static_cast<int>(levels_.size()) - 1);
  coolest_ = 0;
  recent_.clear();
}

double Governor::deadline_ms(int number) const {
  return 1000 * levels_[static_cast<std::size_t>(number)].frame_period / options_.target_fps;
}

// A file that rests does not get faster, so its last level is for heat alone.
int Governor::last_for_deadlines() const {
  return static_cast<int>(levels_.size()) - (options_.may_drop_frames ? 1 : 2);
}

void Governor::note(double now_seconds, double frame_ms) {
  recent_.push_back({now_seconds, frame_ms});
  while (recent_.front().at_seconds < now_seconds - kWindowSeconds && recent_.size() > kEnoughFrames)
    recent_.pop_front();
}

// Nineteen of twenty of the last frames take no longer.
double Governor::usual_longest_ms() const {
  std::vector<double> times;
  for (auto frame = recent_.rbegin(); frame != recent_.rend(); ++frame) {
    if (times.size() >= kEnoughFrames && frame->at_seconds < recent_.back().at_seconds - kRoomWindowSeconds)
      break;
    times.push_back(frame->ms);
  }
  std::sort(times.begin(), times.end());
  const double at = std::ceil((1 - kLateShare) * static_cast<double>(times.size())) - 1;
  return times.empty() ? 0 : times[static_cast<std::size_t>(std::max(at, 0.0))];
}

bool Governor::is_late() const {
  if (!(options_.target_fps > 0)) return false;
  const double deadline = deadline_ms(number_);
  const auto late = static_cast<std::size_t>(std::count_if(
      recent_.begin(), recent_.end(), [&](const FrameTime& frame) { return frame.ms > deadline; }));
  return late >= kFewestLate && static_cast<double>(late) > kLateShare * static_cast<double>(recent_.size());
}

// Whether frames on the next better level can be expected to be in time, or the present one does not help.
bool Governor::would_be_in_time(int number) const {
  if (!(options_.target_fps > 0) || number_ > last_for_deadlines()) return true;
  if (recent_.size() < kEnoughFrames) return false;
  const bool same_work = levels_[static_cast<std::size_t>(number)].mode == level().mode &&
                         levels_[static_cast<std::size_t>(number)].parser_period == level().parser_period;
  const double cost = same_work ? 1 : cost_[static_cast<std::size_t>(number)];
  return usual_longest_ms() * cost <= kRoom * deadline_ms(number);
}

// Heat follows work by seconds: one level, then wait what it does.
void Governor::watch_heat(double now_seconds, const MachineState& machine) {
  const int last = static_cast<int>(levels_.size()) - 1;
  const double wait = machine.thermal == ThermalStatus::kCritical ? kCriticalHeatSeconds : kHeatSeconds;
  if (heat_changed_at_ && now_seconds - *heat_changed_at_ < wait) return;
  if (is_hot(machine) && std::max(coolest_, number_) < last) {
    coolest_ = std::max(coolest_, number_) + 1;
    heat_changed_at_ = now_seconds;
  } else if (is_cool(machine) && coolest_ > 0) {
    --coolest_;
    heat_changed_at_ = now_seconds;
  }
}

int Governor::best_allowed(const MachineState& machine) const {
  const int for_power = machine.saves_power || has_little_memory(machine) ? 1 : 0;
  return std::min(std::max(coolest_, for_power), static_cast<int>(levels_.size()) - 1);
}

// What a step up cost, once enough frames show it; and what was learned before fades.
void Governor::learn_cost(double now_seconds) {
  const double passed = last_at_ ? std::clamp(now_seconds - *last_at_, 0.0, 1.0) : 0;
  last_at_ = now_seconds;
  for (std::size_t i = 0; i < cost_.size(); ++i) {
    const double usual = levels_[i].mode != levels_[i + 1].mode ? kModeCost : kPeriodCost;
    cost_[i] += (usual - cost_[i]) * passed / kForgetSeconds;
  }
  if (!before_up_ms_ || now_seconds - *changed_at_ < kCostSeconds || recent_.size() < kEnoughFrames) return;
  const double seen = usual_longest_ms() / std::max(*before_up_ms_, 1e-3);
  cost_[static_cast<std::size_t>(number_)] = std::clamp(seen, kLeastCost, kMostCost);
  before_up_ms_.reset();
}

std::string Governor::why_down(int best, const MachineState& machine) const {
  if (best > number_ && coolest_ > number_) return heat_text(machine);
  if (best > number_ && machine.saves_power) return "the machine saves power";
  if (best > number_)
    return "only " + rounded(static_cast<double>(*machine.free_memory_bytes) / 1e6) +
           " MB of memory are free, " + rounded(kLittleMemory / 1e6) + " are wanted";
  std::string out = "frames take up to " + rounded(usual_longest_ms()) + " ms, " +
                    rounded(deadline_ms(number_)) + " ms are there";
  if (machine.foreign_load && *machine.foreign_load >= kWorthTelling)
    out += ", and other programs use " + rounded(100 * *machine.foreign_load) + " % of the processor";
  return out;
}

std::string Governor::why_up(const MachineState& machine) const {
  if (!(options_.target_fps > 0) || number_ > last_for_deadlines())
    return machine.cpu_celsius
               ? "the processor has cooled down to " + rounded(*machine.cpu_celsius) + " degrees Celsius"
               : "the machine no longer asks to go slow";
  return "frames take up to " + rounded(usual_longest_ms()) + " ms, which leaves room in the " +
         rounded(deadline_ms(number_ - 1)) + " ms that are there";
}

LevelChange Governor::change_to(int number, double now_seconds, std::string why) {
  LevelChange change{number_, number, std::move(why)};
  before_up_ms_.reset();
  if (number < number_ && options_.target_fps > 0) before_up_ms_ = usual_longest_ms();
  number_ = number;
  changed_at_ = now_seconds;
  recent_.clear();
  return change;
}

std::optional<LevelChange> Governor::next(double now_seconds, double frame_ms, const MachineState& machine) {
  note(now_seconds, frame_ms);
  learn_cost(now_seconds);
  watch_heat(now_seconds, machine);
  if (changed_at_ && now_seconds - *changed_at_ < kBetweenChangesSeconds) return std::nullopt;
  const int best = best_allowed(machine);
  if (number_ < best || (is_late() && number_ < last_for_deadlines()))
    return change_to(number_ + 1, now_seconds, why_down(best, machine));
  if (number_ > best && would_be_in_time(number_ - 1))
    return change_to(number_ - 1, now_seconds, why_up(machine));
  return std::nullopt;
}

}  // namespace mien
