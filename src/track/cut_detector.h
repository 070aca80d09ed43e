// Says where one shot ends and the next begins.
#pragma once

#include <array>

#include "mien/image.h"

namespace mien {

// Compares thumbnails of consecutive frames, free of their mean brightness so that a flash is no cut, with
// how much frames differed before, so that a fast pan is none either. Both mistakes are harmless: a cut that
// is missed shows by the mesh's presence, one too many lets the filters start anew.
class CutDetector {
 public:
  // Whether this frame begins another shot than the last one. The first frame does not.
  bool next(ImageView frame);
  void reset() { *this = {}; }

 private:
  static constexpr int kWidth = 32, kHeight = 18;
  using Thumbnail = std::array<float, static_cast<std::size_t>(kWidth) * kHeight>;
  static Thumbnail thumbnail(ImageView frame);

  Thumbnail last_{};
  float usual_difference_ = 0;
  bool started_ = false;
};

}  // namespace mien
