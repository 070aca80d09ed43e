#include "pipeline/pose_gate.h"

#include <algorithm>

#include "pipeline/quality_gate.h"

namespace mien {

float PoseGate::next(int number, const Pose& pose, float pose_gap_deg) {
  auto face = std::find_if(faces_.begin(), faces_.end(), [&](const Face& f) { return f.number == number; });
  if (face == faces_.end()) face = faces_.insert(face, Face{number, {}});
  face->shown.next(!pose_is_refused(pose, pose_gap_deg));
  return face->shown.show();
}

void PoseGate::keep(std::span<const int> numbers) { forget_others(numbers, &faces_); }

}  // namespace mien
