// One face of a frame: fused mesh -> (prepare_face: warp -> eyes -> relight) -> coarse network -> tone ->
// grain -> rim -> blend -> paste
#pragma once

#include "fuse/coarse.h"
#include "pipeline/coarse_budget.h"
#include "pipeline/enrol.h"
#include "pipeline/face_memory.h"
#include "pipeline/prepare_face.h"

namespace mien {

// What fuse_face() uses beside the source.
struct FusionParts {
  const FaceModel& model;
  const CoarseNet* coarse = nullptr;  // null: no weights for the tier; the classical result stands
  CoarseScratch* coarse_scratch = nullptr;
  NetScratch* nets = nullptr;
  CoarseBudget* budget = nullptr;  // decides in the place of `coarse`
  FaceMemory* memory = nullptr;    // of the same face in the frames before; null: a photo
};

// Changes `frame` inside the face's mask only, and notes the skin's figures in `report`. regions: of the
// target's face, null when unknown.
Done fuse_face(const Source::Content& source, const Face& face, const RegionMap* regions,
               const FusionParts& parts, const FusionOptions& options, ThreadPool& pool, FuseScratch& scratch,
               Trace& trace, MutableImageView frame, FaceReport* report);

}  // namespace mien
