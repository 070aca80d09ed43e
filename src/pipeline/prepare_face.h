// The classical half of a fusion, and its end: warp -> eyes -> relight, later blend -> paste. Knows no
// networks.
#pragma once

#include <vector>

#include "core/thread_pool.h"
#include "core/trace.h"
#include "face/face_model.h"
#include "face/region_map.h"
#include "fuse/blend.h"
#include "fuse/canvas.h"
#include "fuse/colour_detail.h"
#include "fuse/colour_grain.h"
#include "fuse/expression_gap.h"
#include "fuse/glasses.h"
#include "fuse/grain.h"
#include "fuse/hair_edge.h"
#include "fuse/iris.h"
#include "fuse/mouth_line.h"
#include "fuse/relight.h"
#include "fuse/rim.h"
#include "fuse/skin_texture.h"
#include "fuse/steady_choice.h"
#include "fuse/steady_light.h"
#include "fuse/target_light.h"
#include "pipeline/cover_memory.h"

namespace mien {

struct FuseScratch {
  std::vector<PixelRect> painted;  // of the frame: its other pixels are as they were. The caller empties it
  PlanarRgb target, fused;
  Plane trust, stretched, target_cover, target_things, all_things, target_skin, target_features, border,
      expression_gap, target_light;
  WarpMaps maps;
  GlassesScratch glasses;
  HairEdgeScratch hair_edge;
  FaceMasks masks;
  EyesScratch eyes;
  RelightScratch relight;
  TargetLightScratch light_scratch;
  BlendScratch blend;
  SkinTextureScratch texture;
  GrainScratch grain;
  ColourDetailScratch colour_detail;
  ColourGrainScratch colour_grain;
  RimScratch rim;
  SteadyLightScratch steady;
};

// What a stream's frames before this one leave behind.
struct FramesBefore {
  RelightMemory* light = nullptr;
  SteadyChoice* clear_glasses = nullptr;  // whether they are worn
  CoverMemory* cover = nullptr;
  bool tone_is_known = false;  // skin_delta_e is not wanted
  TargetLightMemory* target_light = nullptr;
  bool finer_light = true;     // FusionParts::finer_light
  float step_seconds = 0.04f;  // from the last frame to this one
};

// What is known after the classical half; the pixels lie in FuseScratch: target, fused (relit), trust, masks.
struct PreparedFace {
  CanvasFrame where;                          // width 0: the face lies outside of the frame
  Mesh fused{}, target{};                     // canvas pixels
  std::span<const RasterTriangle> triangles;  // of the face model, which has to stay
  EyeChoice eyes;
  MouthLine mouth_line;
  IrisShift irises;        // of eyes that are not the source's
  float skin_delta_e = 0;  // CIEDE2000 of source and target before relighting, brightness matched
};

// Whether there is something to fuse: PreparedFace::where is not empty.
bool is_in_view(const Mesh& fused_frame, const Mesh& target_frame, int frame_width, int frame_height);
inline constexpr const char* kOutOfView = "the face lies outside of the picture; move it into view";

// warp -> eyes -> relight, for a fused mesh and a target mesh in frame pixels. The training makes its samples
// with it. gap: expression_gap() of the two faces. resolution: FusionOptions::resolution.
PreparedFace prepare_face(const SourceTexture& texture, const Mesh& fused_frame, const Mesh& target_frame,
                          const SurfaceWeights& gap, ImageView frame, const RegionMap* regions,
                          const FaceModel& model, ThreadPool& pool, FuseScratch& scratch, Trace& trace,
                          const FramesBefore& before = {}, int resolution = 0);

// Shows the face as strongly as strength (0..1) says, by scaling its mask: once per prepared face. Lets the
// target's mouth interior (and eyes that are not the source's) through, blends, then writes the canvas into the
// frame. soften: fuse/colour_detail.h; a clip's own encoding does as much.
void paste_face(const PreparedFace& face, float strength, BlendMode blend, FuseScratch& scratch,
                MutableImageView frame, bool soften = true);

}  // namespace mien
