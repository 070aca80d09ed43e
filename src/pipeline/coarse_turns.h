// In which frames of a stream the coarse network is asked about a face, and in which its last answer serves.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "pipeline/follow_faces.h"

namespace mien {

struct CoarseTurn {
  bool ask = true;
  bool keep = false;  // the answer, for the next frames
};

class CoarseTurns {
 public:
  // What this frame gets. period: frames from one answer to the next; 1: every frame asks. Of a new face the
  // first answer serves for fewer frames, so that the networks take turns.
  CoarseTurn next(int number, int period);
  // Whether the network will be asked about some face in the next frame.
  bool is_due() const {
    return std::any_of(faces_.begin(), faces_.end(), [](const Face& f) { return f.frames_left <= 0; });
  }
  // Forgets faces whose numbers are not among these.
  void keep(std::span<const int> numbers);
  // The network is asked anew in the next frame, in a run that goes on as in one that is taken up again:
  // answers are too large to be saved.
  void forget_answers();

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(faces_);
  }

 private:
  struct Face {
    int number = 0;       // FollowedFace::number
    int frames_left = 0;  // for which the last answer serves
    bool asked = false;   // ever
  };

  std::vector<Face> faces_;
};

}  // namespace mien
