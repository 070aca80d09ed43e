// The inside of FaceTracker.
#pragma once

#include "mien/video.h"
#include "pipeline/follow_cast.h"
#include "pipeline/follow_faces.h"

namespace mien {

struct FaceTracker::State {
  FaceFollower follower;
  CastFollower cast;
  int largest = 0;  // number of the face that FaceChoice::kLargest means

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(follower, cast, largest);
  }
};

}  // namespace mien
