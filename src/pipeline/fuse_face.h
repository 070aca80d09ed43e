// One face of a frame, its fused shape known: (prepare_face: warp -> eyes -> relight) -> coarse network ->
// refine network -> tone -> skin texture -> grain -> rim -> blend -> paste
#pragma once

#include "fuse/coarse.h"
#include "pipeline/coarse_budget.h"
#include "pipeline/enrol.h"
#include "pipeline/face_memory.h"
#include "pipeline/fused_shape.h"
#include "pipeline/prepare_face.h"

namespace mien {

// What fuse_face() uses beside the source.
struct FusionParts {
  const FaceModel& model;
  const CoarseNet* coarse = nullptr;  // null: no weights for the tier; the classical result stands
  // Runs after it. Photos only, null in streams: nothing holds its answer still from frame to frame.
  const RefineNet* refine = nullptr;
  CoarseScratch* coarse_scratch = nullptr;  // of both
  NetScratch* nets = nullptr;
  CoarseBudget* budget = nullptr;  // decides in the place of `coarse` and `refine`
  FaceMemory* memory = nullptr;    // of the same face in the frames before; null: a photo
  bool finer_light = true;  // what of the target's light is finer than its low frequencies (target_light.h)
  // Started when those stages are over that several threads share.
  ThreadPool::Beside* beside = nullptr;
};

struct FaceToFuse {
  const Source::Content& source;
  const Face& face;  // the target's
  const FusedShape& shape;
  const RegionMap* regions;  // of the target's face; null when unknown
};

// Changes `frame` inside the face's mask only, and notes the skin's figures in `report`. kNoFace when the
// face lies outside of the frame.
Done fuse_face(const FaceToFuse& what, const FusionParts& parts, const FusionOptions& options,
               ThreadPool& pool, FuseScratch& scratch, Trace& trace, MutableImageView frame,
               FaceReport* report);

}  // namespace mien
