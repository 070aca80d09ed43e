#include "pipeline/face_memory.h"

#include <algorithm>

namespace mien {

FaceMemory& FaceMemories::of(int number) {
  const auto known =
      std::find_if(faces_.begin(), faces_.end(), [&](const FaceMemory& f) { return f.number == number; });
  if (known != faces_.end()) return *known;
  faces_.emplace_back().number = number;
  return faces_.back();
}

void FaceMemories::keep(std::span<const int> numbers) { forget_others(numbers, &faces_); }

}  // namespace mien
