// The inside of FaceTracker.
#pragma once

#include "mien/video.h"
#include "pipeline/face_memory.h"
#include "pipeline/follow_cast.h"
#include "pipeline/follow_faces.h"
#include "pipeline/follow_regions.h"

namespace mien {

struct FaceTracker::State {
  FaceFollower follower;
  CastFollower cast;
  RegionFollower regions;
  FaceMemories memories;
  int largest = 0;        // number of the face that FaceChoice::kLargest means
  int parser_period = 1;  // options: not part of what is saved
  CoreGroups cores = {};

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(follower, cast, memories, largest);
  }
};

}  // namespace mien
