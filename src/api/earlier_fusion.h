// A frame that lies in the memory of the result it is fused into: fused once more.
#pragma once

#include "mien/fused_image.h"

namespace mien {

// Takes the pixels of such a frame out of the way and keeps its record; does nothing to other frames.
class EarlierFusion {
 public:
  // *frame becomes a view of pixels that live as long as this object when any of its bytes are out's.
  EarlierFusion(ImageView* frame, const FusedImage& out);

  // What was done before still was done: nothing in the earlier record is lost. face_count is the larger of
  // the two, since the same faces may have been fused again.
  void add_to(Provenance* record) const;

 private:
  Image pixels_;
  Provenance record_;
};

}  // namespace mien
