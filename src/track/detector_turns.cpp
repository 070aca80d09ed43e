#include "track/detector_turns.h"

#include <algorithm>

namespace mien {

DetectorTurns::Turn DetectorTurns::next(int period, bool busy, int periods_per_part) {
  Turn out;
  const int due = busy ? 0 : 1;
  out.whole = --frames_to_whole_ <= due;
  if (--frames_to_part_ <= due) out.part = next_part_++, frames_to_part_ = period * periods_per_part;
  if (out.whole) begin(period);
  return out;
}

bool DetectorTurns::is_due(bool busy) const {
  DetectorTurns then = *this;
  const Turn turn = then.next(1, busy);
  return turn.whole || turn.part;
}

void DetectorTurns::begin(int period) {
  frames_to_whole_ = period;
  if (frames_to_part_ <= period) frames_to_part_ = std::max(period / 2, 1);
}

void DetectorTurns::looked_at_all(int period) {
  frames_to_whole_ = period, frames_to_part_ = std::max(period / 2, 1);
}

void DetectorTurns::shorten(int period, int periods_per_part) {
  if (frames_to_whole_ > period) begin(period);
  frames_to_part_ = std::min(frames_to_part_, period * periods_per_part);
}

}  // namespace mien
