#include "pipeline/fuse_face.h"

#include "core/try.h"
#include "face/crop.h"
#include "fuse/tone.h"

namespace mien {

Done fuse_face(const Source::Content& source, const Face& face, const RegionMap* regions,
               const FusionParts& parts, const FusionOptions& options, ThreadPool& pool, FuseScratch& s,
               Trace& trace, MutableImageView frame, FaceReport* report) {
  const float strength = options.strength;
  const FaceModel& model = parts.model;
  Mesh fused_frame;
  SurfaceWeights gap;
  {
    const auto span = trace.span("shape");
    MIEN_ASSIGN(const ShapeFit fit, model.fit(face.mesh));
    gap = expression_gap(model, source.shape, fit);
    fused_frame = model.with_identity_of(source.shape, fit, face.mesh, {strength, strength});
  }
  const PreparedFace prepared = prepare_face(source.texture, fused_frame, face.mesh, gap, frame, regions,
                                             model, strength, pool, s, trace);
  if (prepared.where.width < 1 || prepared.where.height < 1) {
    return Status(Code::kNoFace, "the face lies outside of the picture; move it into view");
  }
  const CoarseNet* coarse = parts.budget ? parts.budget->choose().net : parts.coarse;
  if (coarse && parts.coarse_scratch && parts.nets) {
    const auto span = trace.span("coarse");
    const CoarseScene scene{frame,
                            prepared.where.canvas_from_frame(),
                            s.fused,
                            s.trust,
                            s.masks,
                            s.relight,
                            prepared.fused,
                            model.canonical_mesh(),
                            model.triangles()};
    MIEN_TRY(coarse->run(scene, *parts.coarse_scratch, *parts.nets, &s.fused, &s.masks.alpha));
  }
  {
    const auto span = trace.span("tone");
    const ToneReport tone = match_tone(s.target, s.masks, halves_of(prepared.fused),
                                       {options.tone_threshold, options.tone_strength}, &s.fused);
    report->skin_delta_e_before = prepared.skin_delta_e;
    report->skin_delta_e_after = tone.after;
    report->side_delta_e_before = tone.sides_before, report->side_delta_e_after = tone.sides_after;
  }
  GrainReport grain;
  {
    const auto span = trace.span("grain");
    grain = match_grain(s.target, s.maps, face_width_px(face.mesh) * prepared.where.scale, &s.grain, &s.masks,
                        &s.fused);
  }
  if (regions) {
    const auto span = trace.span("rim");
    continue_onto_forehead(source.texture, {prepared.where, s.maps, prepared.fused, strength, grain.blur_px},
                           *regions, pool, &s.rim, &s.masks.alpha, frame);
    // The other ways to blend look at what lies around the mask.
    if (options.blend != BlendMode::kAlpha) read_canvas(frame, prepared.where, &s.target);
  }
  const auto span = trace.span("paste");
  paste_face(prepared, strength, options.blend, s, frame);
  return {};
}

}  // namespace mien
