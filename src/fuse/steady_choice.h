// A yes or no that is seen anew in every frame and must not come and go.
#pragma once

namespace mien {

struct SteadyChoice {
  static constexpr int kFrames = 6;  // longer than one look at the regions serves
  bool known = false, chosen = false;
  int against = 0;  // frames in a row that saw the other

  // What counts in this frame, which itself saw `seen`: the first frame's, until kFrames in a row say
  // otherwise.
  bool next(bool seen) {
    if (!known) known = true, chosen = seen;
    against = seen == chosen ? 0 : against + 1;
    if (against >= kFrames) chosen = seen, against = 0;
    return chosen;
  }
};

}  // namespace mien
