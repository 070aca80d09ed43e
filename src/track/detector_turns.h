// When the detector looks, and at what, while all faces are followed.
#pragma once

#include <optional>

namespace mien {

// Once in a period it looks at the whole frame, and half a period later (or half a period later than every
// second, third, ... whole look) at one part of its finer look, the parts in turn: both at once would be the
// slowest frame of all. A look that is due in the next frame is taken now when nothing else that is slow runs
// now.
class DetectorTurns {
 public:
  struct Turn {
    bool whole = false;
    std::optional<int> part;  // a number from 0 on
  };

  // What this frame gets. busy: other networks run in it. periods_per_part: from one part to the next.
  Turn next(int period, bool busy, int periods_per_part = 1);
  // Whether the next frame gets anything.
  bool is_due(bool busy) const;
  // Instead of next() in a frame of which everything was looked at.
  void looked_at_all(int period);
  // Periods that become shorter hold at once.
  void shorten(int period, int periods_per_part = 1);

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(frames_to_whole_, frames_to_part_, next_part_);
  }

 private:
  // A period until the next whole look; a part within it half a period before: the two never fall together.
  void begin(int period);

  int frames_to_whole_ = 0, frames_to_part_ = 0, next_part_ = 0;
};

}  // namespace mien
