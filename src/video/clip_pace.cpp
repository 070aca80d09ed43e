#include "video/clip_pace.h"

#include <algorithm>

namespace mien {
namespace {

constexpr double kBetweenLooksSeconds = 1;  // at the machine

}  // namespace

PacedClip::PacedClip(const ClipPace& pace, const std::vector<LevelRecord>& finished)
    : pace_(pace), governor_(pace.governor) {
  if (finished.empty()) return;
  governor_.start_at(finished.back().number);
  if (governor_.number() > 0) why_ = finished.back().why;
}

std::optional<LevelRecord> PacedClip::next(int frame, double frame_ms) {
  const double now = std::chrono::duration<double>(Clock::now() - started_).count();
  if (pace_.machine && now - looked_at_ >= kBetweenLooksSeconds) {
    machine_ = pace_.machine();
    looked_at_ = now;
  }
  const double fps = pace_.governor.target_fps;
  ++frames_;
  frames_in_time_ += !(fps > 0) || frame_ms <= 1000 / fps;
  const auto change = governor_.next(now, frame_ms, machine_);
  if (!change) return std::nullopt;
  why_ = change->to == 0 ? "" : change->why;
  return LevelRecord{frame, change->to, change->why};
}

std::chrono::duration<double, std::milli> PacedClip::rest(double frame_ms) const {
  return std::chrono::duration<double, std::milli>((level().frame_period - 1) * frame_ms);
}

std::string PacedClip::text_of(int number) const {
  const auto& levels = governor_.levels();
  const WorkLevel& level =
      levels[static_cast<std::size_t>(std::clamp(number, 0, static_cast<int>(levels.size()) - 1))];
  return level.text();
}

double PacedClip::share_in_time() const {
  return frames_ > 0 ? static_cast<double>(frames_in_time_) / frames_ : 1;
}

}  // namespace mien
