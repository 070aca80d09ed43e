// One frame of a stream: the followed faces -> regions -> fuse_face, each as far as it is faded in.
#pragma once

#include <span>

#include "pipeline/find_faces.h"
#include "pipeline/follow_cast.h"
#include "pipeline/follow_faces.h"
#include "pipeline/follow_regions.h"
#include "pipeline/fuse_face.h"

namespace mien {

// What one frame needs beside its faces: the tracker's regions, the rest the session's.
struct TrackedFusion {
  RegionFollower& regions;
  FaceMemories& memories;
  float step_seconds;  // since the last frame
  bool steady;
  int parser_period, coarse_period;  // in frames
  int parse_side_px;
  FaceNetworks networks;
  FusionParts parts;
  ThreadPool& pool;
  FindScratch& find;
  FuseScratch& fuse;
  Trace& trace;
};

// Which of the faces is the largest, sticking to `last` (a number; 0: none) until another is clearly larger.
int largest_number(std::span<const FollowedFace> faces, int last);

// Fuses the chosen faces of `frame` into `image`, which holds the frame's pixels. parts: who gets whom, one
// per face. largest: what largest_number() said.
Result<std::vector<FaceReport>> fuse_tracked(ImageView frame, std::span<const FollowedFace> faces,
                                             std::span<const Part> parts, std::span<const Casting> cast,
                                             const FusionOptions& options, int largest,
                                             const TrackedFusion& with, MutableImageView image);

}  // namespace mien
