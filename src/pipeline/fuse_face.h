// One face of a frame: fused mesh -> warp -> eyes -> relight -> blend -> paste
#pragma once

#include "core/thread_pool.h"
#include "core/trace.h"
#include "fuse/canvas.h"
#include "fuse/relight.h"
#include "pipeline/enrol.h"

namespace mien {

struct FuseScratch {
  PlanarRgb target, fused;
  Plane trust, target_cover, target_skin;
  WarpMaps maps;
  FaceMasks masks;
  RelightScratch relight;
};

// Changes `frame` inside the face's mask only. regions: of the target's face, null when unknown. strength 0..1.
Done fuse_face(const Source::Content& source, const Face& face, const RegionMap* regions, const FaceModel& model, float strength, ThreadPool& pool, FuseScratch& scratch,
               Trace& trace, MutableImageView frame);

}  // namespace mien
