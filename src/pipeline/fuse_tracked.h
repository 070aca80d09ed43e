// The second half of a stream's frame: fuse_face for every face that the first (analyse_frame.h) wants.
#pragma once

#include <span>

#include "pipeline/analyse_frame.h"
#include "pipeline/fuse_face.h"

namespace mien {

// What it uses beside the analysis.
struct TrackedFusion {
  FaceMemories& memories;
  FusionParts parts;
  ThreadPool& pool;
  FuseScratch& fuse;
  Trace& trace;
};

// Fuses into `image`, which holds the frame's pixels. The reports are those of the analysis, completed.
Result<std::vector<FaceReport>> fuse_tracked(const FrameAnalysis& analysis, std::span<const Casting> cast,
                                             const FusionOptions& options, const TrackedFusion& with,
                                             MutableImageView image);

}  // namespace mien
