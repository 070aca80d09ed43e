#include "pipeline/coarse_turns.h"

namespace mien {

CoarseTurn CoarseTurns::next(int number, int period) {
  auto face = std::find_if(faces_.begin(), faces_.end(), [&](const Face& f) { return f.number == number; });
  if (face == faces_.end()) face = faces_.insert(face, Face{number});
  if (period <= 1) {
    face->frames_left = 0;
    return {};
  }
  if (face->frames_left > 0) {
    --face->frames_left;
    return {.ask = false};
  }
  face->frames_left = face->asked ? period - 1 : period - 2;
  face->asked = true;
  return {.ask = true, .keep = face->frames_left > 0};
}

void CoarseTurns::keep(std::span<const int> numbers) { forget_others(numbers, &faces_); }

void CoarseTurns::forget_answers() {
  for (Face& face : faces_) face.frames_left = 0, face.asked = false;
}

}  // namespace mien
