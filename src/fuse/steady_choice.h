// A yes or no that is seen anew in every frame and must not come and go.
#pragma once

#include <algorithm>

namespace mien {

struct SteadyChoice {
  static constexpr int kFrames = 6;  // longer than one look at the regions serves
  bool known = false, chosen = false;
  int against = 0;  // frames in a row that saw the other
  float share = 0;  // 0..1: how far the choice is shown already

  // What counts in this frame, which itself saw `seen`: the first frame's, until kFrames in a row say
  // otherwise.
  bool next(bool seen) {
    if (!known) known = true, chosen = seen, share = seen ? 1.0f : 0.0f;
    against = seen == chosen ? 0 : against + 1;
    if (against >= kFrames) chosen = seen, against = 0;
    return chosen;
  }

  // A change is shown in steps: to be called whenever the choice is shown anew. -> share
  float show() {
    constexpr float kStep = 1.0f / 3;
    return share += std::clamp((chosen ? 1.0f : 0.0f) - share, -kStep, kStep);
  }
};

}  // namespace mien
