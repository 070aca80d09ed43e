// The first half of a stream's frame: the followed faces -> who gets whom -> regions -> fused shape. What
// comes out is all that the second half (fuse_tracked.h) has to know, and nothing flows back: so the first
// half of the next frame may run beside the second half of this one.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "pipeline/coarse_turns.h"
#include "pipeline/find_faces.h"
#include "pipeline/follow_cast.h"
#include "pipeline/follow_faces.h"
#include "pipeline/follow_regions.h"
#include "pipeline/fused_shape.h"
#include "pipeline/periods.h"
#include "pipeline/pose_gate.h"

namespace mien {

// What the first half keeps from frame to frame.
struct AnalysisState {
  FaceFollower follower;
  CastFollower cast = {};
  RegionFollower regions = {};
  CoarseTurns coarse = {};
  PoseGate poses = {};
  int largest = 0;  // number of the face that FaceChoice::kLargest means

  // Whether networks besides the mesh's will look at the next frame.
  bool is_busy() const { return regions.is_due() || coarse.is_due(); }
  // Whether its first half will take as long as the whole second one.
  bool is_slow() const { return follower.detector_is_due(is_busy()); }

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(follower, cast, coarse, poses, largest);
  }
};

// What it uses besides.
struct AnalysisParts {
  FaceNetworks networks;
  Periods periods;          // of the mode
  int parser_period = 1;    // frames, at least
  bool asks_coarse = true;  // there is a coarse network
  ThreadPool& pool;
  FindScratch& find;
};

struct FaceAnalysis {
  FaceReport report;       // all but what fusing it measures
  bool is_wanted = false;  // it is to be fused; the rest is for such faces alone
  float strength = 0;      // FusionOptions::strength, as far as the face is faded in
  std::optional<RegionMap> regions;
  FusedShape shape;
  CoarseTurn coarse;
};

struct FrameAnalysis {
  std::vector<FaceAnalysis> faces;  // in the order of their numbers
  std::vector<MissingPerson> missing;
  float step_seconds = 0;  // since the frame before
  bool steady = true;
  Trace trace;
};

// Frames come in order. seconds: the frame's time.
Result<FrameAnalysis> analyse_frame(ImageView frame, double seconds, std::span<const Casting> cast,
                                    const FusionOptions& options, const AnalysisParts& with,
                                    AnalysisState* state);

// Which of the faces is the largest, sticking to `last` (a number; 0: none) until another is clearly larger.
int largest_number(std::span<const FollowedFace> faces, int last);

}  // namespace mien
