// How much work the faces of a stream get, frame by frame: as much as the machine has time, coolness and
// power for. Decides, and does nothing: no threads, no clock, no files. docs/governor.md tells the rules.
//
//   mien::GovernorOptions options;
//   options.target_fps = 25, options.modes = engine.modes();     // engine: EngineOptions::every_mode
//   mien::Governor governor(options);
//   while (next(frame)) {
//     fusion.mode = governor.level().mode, fusion.resolution = governor.level().resolution;
//     tracker.set_options({governor.level().detector_period, true, governor.level().parser_period});
//     ... session.fuse_next(frame, ..., tracker, source, fusion, out) took `ms` ...
//     governor.next(seconds_now, ms, machine);                   // machine: what the phone or desktop says
//   }
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mien/engine.h"
#include "mien/status.h"

namespace mien {

// As phones say it. Android's PowerManager: NONE and LIGHT are kNominal, MODERATE kFair, SEVERE kSerious, all
// above kCritical. iOS' ProcessInfo.ThermalState has the same names.
enum class ThermalStatus { kUnknown, kNominal, kFair, kSerious, kCritical };

// What a machine says of itself; what it does not say stays as it is here. An app fills it from its system's
// events.
struct MachineState {
  std::optional<float> cpu_celsius;  // of the hottest part of the processor
  ThermalStatus thermal = ThermalStatus::kUnknown;
  bool saves_power = false;  // the power saver is on, or the battery nearly empty
  std::optional<std::int64_t> free_memory_bytes;
  std::optional<float> foreign_load;  // share of all cores that other programs use, 0..1
};

// Asked about once a second.
using MachineProbe = std::function<MachineState()>;

// What Linux says in /sys and /proc about this machine. Elsewhere, and in containers that hide them: nothing.
MachineProbe this_machine();

// What one frame gets.
struct WorkLevel {
  Mode mode = Mode::kBalanced;
  int detector_period = 10;  // TrackerOptions
  int parser_period = 1;     // likewise
  // 2: half the frame rate. A live stream takes every second frame; a file, which loses none, rests after
  // each frame for as long as the frame took.
  int frame_period = 1;
  int resolution = 0;  // FusionOptions

  bool operator==(const WorkLevel&) const = default;
  std::string text() const;  // "fast, detector every 30 frames, regions every 4"
};

struct GovernorOptions {
  double target_fps = 0;         // frames a second that are wanted; 0: as good as heat and power allow
  std::vector<Mode> modes;       // what there is, the simplest first: Engine::modes()
  int detector_period = 10;      // of the levels that need not save there
  bool may_drop_frames = false;  // a live stream may go to half the frame rate to be in time

  Done validate() const;
};

struct LevelChange {
  int from = 0, to = 0;  // numbers of levels; one apart
  std::string why;       // "95 % of the frames take up to 52 ms, 40 ms are there"
};

// At most one change in two seconds, by one level. One per stream.
class Governor {
 public:
  // Options out of range count as the nearest that is allowed; no modes: Mode::kFast.
  explicit Governor(const GovernorOptions& options);

  // Best first, four at most: from the last one it is three changes, and so five seconds, to the first.
  const std::vector<WorkLevel>& levels() const { return levels_; }
  int number() const { return number_; }  // of the level that counts now
  const WorkLevel& level() const { return levels_[static_cast<std::size_t>(number_)]; }

  // Goes on at a level, as an earlier process left it.
  void start_at(int number);

  // After every frame. now_seconds: any clock that does not go back. frame_ms: time that the frame's fusion
  // took. -> what changed, for the next frame on.
  std::optional<LevelChange> next(double now_seconds, double frame_ms, const MachineState& machine);

 private:
  struct FrameTime {
    double at_seconds, ms;
  };
  double deadline_ms(int number) const;
  int last_for_deadlines() const;
  void note(double now_seconds, double frame_ms);
  double usual_longest_ms() const;
  bool is_late() const;
  bool would_be_in_time(int number) const;
  void watch_heat(double now_seconds, const MachineState& machine);
  int best_allowed(const MachineState& machine) const;
  void learn_cost(double now_seconds);
  LevelChange change_to(int number, double now_seconds, std::string why);
  std::string why_down(int best, const MachineState& machine) const;
  std::string why_up(const MachineState& machine) const;

  GovernorOptions options_;
  std::vector<WorkLevel> levels_;
  // How much longer a frame takes on a level than on the one after it: seen when it was last tried, from then
  // on slowly forgotten.
  std::vector<double> cost_;
  int number_ = 0;
  int coolest_ = 0;  // best level that heat allows
  std::optional<double> changed_at_, heat_changed_at_, last_at_;
  std::optional<double> before_up_ms_;  // usual longest frame before the last change, which was upwards
  std::deque<FrameTime> recent_;        // since the last change, no older than the window
};

}  // namespace mien
