// The governor of a clip: told how long frames took, it says what the next ones get.
#pragma once

#include <chrono>

#include "video/clip_segments.h"
#include "video/fuse_clip.h"

namespace mien {

class PacedClip {
 public:
  using Clock = std::chrono::steady_clock;
  // finished: of an earlier run; its last level goes on.
  PacedClip(const ClipPace& pace, const std::vector<LevelRecord>& finished);

  const WorkLevel& level() const { return governor_.level(); }
  const std::string& why() const { return why_; }  // the level is not the best one; empty when it is

  // After every frame; -> the level that begins with the next one, when another does. frame: the next one's
  // number.
  std::optional<LevelRecord> next(int frame, double frame_ms);
  // How long to rest before the next frame, so that the machine cools: 0 but on the last level.
  std::chrono::duration<double, std::milli> rest(double frame_ms) const;

  // The first level, when no earlier run has told it.
  LevelRecord first() const { return {0, governor_.number(), ""}; }
  std::string text_of(int number) const;
  double share_in_time() const;

 private:
  ClipPace pace_;
  Governor governor_;
  MachineState machine_;
  std::string why_;
  Clock::time_point started_ = Clock::now();
  double looked_at_ = -1e9;  // seconds since then
  int frames_ = 0, frames_in_time_ = 0;
};

}  // namespace mien
