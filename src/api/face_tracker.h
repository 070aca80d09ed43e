// The inside of FaceTracker.
#pragma once

#include "mien/video.h"
#include "pipeline/follow_faces.h"

namespace mien {

struct FaceTracker::State {
  FaceFollower follower;
  int largest = 0;  // number of the face that FaceChoice::kLargest means
};

}  // namespace mien
