#include "pipeline/fuse_face.h"

#include "core/try.h"
#include "face/crop.h"
#include "fuse/tone.h"

namespace mien {
namespace {

constexpr int kTonePeriod = 10;  // frames of a stream from one measurement of the skin's tone to the next

// Asks the network, or takes its last answer again: the crop moves with the face.
Done ask_coarse(const CoarseNet& net, const CoarseScene& scene, const FusionParts& parts, FuseScratch* s) {
  FaceMemory* memory = parts.memory;
  // An answer that ought to be there is missing after a frame that failed.
  if (memory && !memory->coarse.ask && !memory->answer.cells.empty()) {
    const Affine crop_from_canvas = crop_from_frame(level_square(scene.fused), kCoarseSpan, kCoarseSize);
    apply_coarse_answer(memory->answer, crop_from_canvas, scene.trust, &s->fused, &s->masks.alpha);
    return {};
  }
  MIEN_TRY(net.run(scene, *parts.coarse_scratch, *parts.nets, &s->fused, &s->masks.alpha));
  if (memory && memory->coarse.keep) memory->answer = parts.coarse_scratch->answer;
  return {};
}

// The coarse network, and after it the refine network where there is one.
Done ask_networks(const PreparedFace& prepared, ImageView frame, const FusionParts& parts, FuseScratch* s,
                  Trace& trace) {
  const int size = refine_size(prepared.fused);
  CoarseOption with;
  with.net = parts.coarse, with.refine = parts.refine;
  if (parts.budget) with = parts.budget->choose(size);
  if (!with.net || !parts.coarse_scratch || !parts.nets) return {};
  const CoarseScene scene{frame,
                          prepared.where.canvas_from_frame(),
                          s->fused,
                          s->trust,
                          s->masks,
                          s->relight,
                          prepared.fused,
                          parts.model.canonical_mesh(),
                          parts.model.triangles()};
  {
    const auto span = trace.span("coarse");
    MIEN_TRY(ask_coarse(*with.net, scene, parts, s));
  }
  if (!with.refine) return {};
  const auto span = trace.span("refine");
  return with.refine->run(scene, size, *parts.coarse_scratch, *parts.nets, &s->fused, &s->masks.alpha);
}

// Figures, and the correction where it is asked for. In a stream figures of a moment ago do.
void finish_tone(const PreparedFace& prepared, const FusionOptions& options, bool is_known,
                 FaceMemory* memory, FuseScratch* s, FaceReport* report) {
  ToneMemory now;
  if (is_known) {
    --memory->tone.frames_left;
    now = memory->tone;
  } else {
    now.before = prepared.skin_delta_e;
    now.found = match_tone(s->target, s->masks, halves_of(prepared.fused),
                           {options.tone_threshold, options.tone_strength}, &s->fused);
    now.frames_left = kTonePeriod - 1;
    if (memory) memory->tone = now;
  }
  report->skin_delta_e_before = now.before, report->skin_delta_e_after = now.found.after;
  report->side_delta_e_before = now.found.sides_before, report->side_delta_e_after = now.found.sides_after;
}

// The target's texture of skin, blur and noise for the fused face, measured around it or remembered.
GrainReport finish_grain(const Mesh& face, const PreparedFace& prepared, FaceMemory* memory, FuseScratch* s,
                         Trace& trace) {
  const auto span = trace.span("grain");
  const Mesh target = transformed(face, prepared.where.canvas_from_frame());
  const float width_px = face_width_px(face) * prepared.where.scale;
  match_skin_texture(s->target, s->masks, width_px, &s->texture, &s->fused,
                     memory ? &memory->texture : nullptr);
  return match_grain(s->target, s->maps, width_px, &s->grain, &s->masks, &s->fused,
                     memory ? &memory->grain : nullptr, &target);
}

}  // namespace

Done fuse_face(const FaceToFuse& what, const FusionParts& parts, const FusionOptions& options,
               ThreadPool& pool, FuseScratch& s, Trace& trace, MutableImageView frame, FaceReport* report) {
  const auto& [source, face, shape, regions] = what;
  const float strength = options.strength;
  const FaceModel& model = parts.model;
  const bool tone_is_known =
      parts.memory && parts.memory->tone.frames_left > 0 && !(options.tone_strength > 0);
  FramesBefore before;
  if (FaceMemory* memory = parts.memory)
    before = {&memory->relight,      &memory->clear_glasses, &memory->cover,      tone_is_known,
              &memory->target_light, parts.finer_light,      memory->step_seconds};
  const PreparedFace prepared = prepare_face(source.texture, shape.mesh, face.mesh, shape.gap, frame, regions,
                                             model, pool, s, trace, before, options.resolution);
  if (prepared.where.width < 1 || prepared.where.height < 1) {
    return Status(Code::kNoFace, kOutOfView);
  }
  if (parts.beside) parts.beside->start();
  MIEN_TRY(ask_networks(prepared, frame, parts, &s, trace));
  {
    const auto span = trace.span("tone");
    finish_tone(prepared, options, tone_is_known, parts.memory, &s, report);
  }
  if (parts.memory && parts.memory->steady) {
    const auto span = trace.span("steady");
    steady_light(s.target, s.masks.alpha, prepared.fused, model.triangles(), parts.memory->step_seconds,
                 &parts.memory->light, &s.steady, &s.fused);
  }
  const GrainReport grain = finish_grain(face.mesh, prepared, parts.memory, &s, trace);
  if (regions) {
    const auto span = trace.span("rim");
    continue_onto_forehead(source.texture, {prepared.where, s.maps, prepared.fused, strength, grain.blur_px},
                           *regions, pool, &s.rim, &s.masks.alpha, frame);
    s.painted.push_back(s.rim.painted);
    // The other ways to blend look at what lies around the mask.
    if (options.blend != BlendMode::kAlpha) read_canvas(frame, prepared.where, &s.target);
  }
  const auto span = trace.span("paste");
  paste_face(prepared, strength, options.blend, s, frame, /*soften=*/!parts.memory);
  s.painted.push_back(prepared.where.in_frame());
  return {};
}

}  // namespace mien
