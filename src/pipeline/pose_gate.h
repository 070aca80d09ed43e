// Which faces of a stream look so far aside that they are better left as they are.
#pragma once

#include <span>
#include <vector>

#include "fuse/steady_choice.h"
#include "pipeline/follow_faces.h"

namespace mien {

class PoseGate {
 public:
  // How far face `number` is shown in this frame, 0..1. It fades out when its pose, or pose_gap_deg (to the
  // source's), has been beyond what the quality gate refuses in photos for SteadyChoice::kFrames frames, and
  // comes back in the same way; a face that begins so is not shown.
  float next(int number, const Pose& pose, float pose_gap_deg);
  // Forgets faces whose numbers are not among these.
  void keep(std::span<const int> numbers);

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(faces_);
  }

 private:
  struct Face {
    int number = 0;  // FollowedFace::number
    SteadyChoice shown;
  };

  std::vector<Face> faces_;
};

}  // namespace mien
