// How often the networks run in clips, by mode.
#pragma once

#include <algorithm>

#include "mien/engine.h"
#include "pipeline/find_faces.h"

namespace mien {

// In clips, frames from one run of a network to the next, at least: what lies between moves along with the
// face. The networks' answers are coarse, and what the light's are is steadied over more frames than these.
struct Periods {
  int parser = 1, coarse = 1, second_look = 1;
  int parse_side_px = kFineParsePx;
  float longest_seconds =
      0;  // that an answer serves for: clips of few frames a second are looked at more often
  // Periods of the detector from one part of its finer look to the next. The whole look sees faces from
  // about 48 px on in a frame of 1280: what the parts add are smaller ones, who come in later.
  int detector_part = 1;
};

inline Periods periods_of(Mode mode) {
  switch (mode) {
    case Mode::kFast:
      return {4, 4, 4, kFastParsePx, 0.125f, 2};
    case Mode::kBalanced:
      return {2, 2, 2, kFineParsePx, 0.05f};
    case Mode::kHd:
      break;
  }
  return {};
}

// Frames from one look to the next, at most `frames`, so that none serves for longer than `seconds` after its
// own frame.
inline int period_within(int frames, float seconds, float step_seconds) {
  const float held = seconds / std::max(step_seconds, 1e-4f) + 1e-3f;
  return std::clamp(1 + static_cast<int>(std::min(held, 1000.0f)), 1, std::max(frames, 1));
}

// The detector's period is meant for clips of 24 frames a second and more: in slower ones a newcomer would wait
// as many frames, and longer.
inline int detector_period_at(int frames, float step_seconds) {
  constexpr float kUsualStep = 0.042f;  // a little more than a 24th of a second
  return period_within(frames, kUsualStep * static_cast<float>(frames - 1), step_seconds);
}

}  // namespace mien
