#include "pipeline/face_memory.h"

#include <algorithm>

namespace mien {

int period_within(int frames, float seconds, float step_seconds) {
  const float held = seconds / std::max(step_seconds, 1e-4f) + 1e-3f;
  return std::clamp(1 + static_cast<int>(std::min(held, 1000.0f)), 1, std::max(frames, 1));
}

FaceMemory& FaceMemories::of(int number) {
  const auto known =
      std::find_if(faces_.begin(), faces_.end(), [&](const FaceMemory& f) { return f.number == number; });
  if (known != faces_.end()) return *known;
  faces_.emplace_back().number = number;
  return faces_.back();
}

void FaceMemories::keep(std::span<const FollowedFace> faces) {
  std::erase_if(faces_, [&](const FaceMemory& memory) {
    return std::none_of(faces.begin(), faces.end(),
                        [&](const FollowedFace& face) { return face.number == memory.number; });
  });
}

bool FaceMemories::network_is_due() const {
  return std::any_of(faces_.begin(), faces_.end(),
                     [](const FaceMemory& memory) { return memory.answer.frames_left <= 0; });
}

void FaceMemories::forget_answers() {
  for (FaceMemory& memory : faces_) memory.answer.frames_left = 0, memory.answer.asked = false;
}

}  // namespace mien
