// The forehead above the mesh and the temples beside it. The mesh ends in the middle of the forehead; beyond
// it the target's skin keeps its light and colour and takes the source's texture and wrinkles.
#pragma once

#include <vector>

#include "core/plane.h"
#include "core/raster.h"
#include "core/resample.h"
#include "face/region_map.h"
#include "fuse/canvas.h"
#include "fuse/coarse_blur.h"
#include "fuse/masked_blur.h"
#include "fuse/texture.h"
#include "fuse/warp.h"

namespace mien {

struct RimScratch {
  PixelRect painted;  // of the frame: where it may have been changed
  Plane source_x, source_y, reach, depth, trust, weight, skin, light_target, light_source, low_target,
      low_source;
  PlanarRgb target, source;
  MaskedBlurScratch blur;
  CoarseBlurScratch coarse;
};

// How the face below was drawn, in canvas pixels; `maps` are its own.
struct RimFace {
  const CanvasFrame& where;
  const WarpMaps& maps;
  const Mesh& fused;
  float strength = 1;
  float blur_px = 0;  // what the fused face was blurred with (grain.h)
};

// Changes `frame` (still the target) where its regions show bare skin within a hand's breadth above the
// mesh's outline, and a little inside, where the fused face fades in: its detail gives way to the source's,
// less and less with the distance, and not at all where the source shows no skin. Brightness over more than a
// twentieth of the face's width stays, colours keep their ratios. alpha: the fused face's mask (canvas
// pixels), which then fades out over a wide ramp there. Faces that are enlarged for fusing stay as they are.
void continue_onto_forehead(const SourceTexture& texture, const RimFace& face, const RegionMap& regions,
                            ThreadPool& pool, RimScratch* scratch, Plane* alpha, MutableImageView frame);

}  // namespace mien
