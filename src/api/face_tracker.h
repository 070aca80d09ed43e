// The inside of FaceTracker.
#pragma once

#include "mien/video.h"
#include "pipeline/analyse_frame.h"
#include "pipeline/face_memory.h"

namespace mien {

struct FaceTracker::State {
  AnalysisState analysis;      // of the first half of a frame alone
  FaceMemories memories = {};  // of the second half alone
  // A frame whose first half is done, and the options it was done with: the next call is about it. Never
  // saved.
  struct Ahead {
    StreamFrame frame;
    FusionOptions options;
    Result<FrameAnalysis> analysis;
  };
  std::optional<Ahead> ahead = {};
  int parser_period = 1;  // options: not part of what is saved
  CoreGroups cores = {};

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(analysis, memories);
  }
};

}  // namespace mien
