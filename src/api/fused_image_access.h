// The key to FusedImage's inside. Included by Session, by the label stage and by tests of the writers; not
// installed.
#pragma once

#include "mien/fused_image.h"

namespace mien {

class FusedImageAccess {
 public:
  static Image& image(FusedImage& fused) { return fused.image_; }
  static std::vector<PixelRect>& changed(FusedImage& fused) { return fused.changed_; }
  // After an error: half a fusion has no record.
  static void clear(FusedImage& fused) { fused = FusedImage(); }
  static Provenance& provenance(FusedImage& fused) { return fused.provenance_; }
};

}  // namespace mien
