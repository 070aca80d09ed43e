// How often the networks run in clips, by mode.
#pragma once

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
};

inline Periods periods_of(Mode mode) {
  switch (mode) {
    case Mode::kFast:
      return {4, 4, 4, kFastParsePx, 0.125f};
    case Mode::kBalanced:
      return {2, 2, 2, kFineParsePx, 0.05f};
    case Mode::kHd:
      break;
  }
  return {};
}

}  // namespace mien
