#include "pipeline/prepare_face.h"

#include <array>
#include <functional>
#include <utility>

#include "core/luma.h"
#include "face/crop.h"
#include "fuse/glasses.h"
#include "fuse/grey_moustache.h"
#include "fuse/hair_shade.h"
#include "fuse/lips.h"
#include "fuse/mouth.h"
#include "fuse/shaded_skin.h"
#include "fuse/stretch.h"
#include "fuse/target_light.h"
#include "fuse/tone.h"
#include "fuse/turned_mask.h"

namespace mien {

namespace {

constexpr float kLeastThings = 0.004f;  // of the face's width squared: fewer things are no glasses

void sample_regions(const RegionMap& regions, const Affine& frame_from_canvas, ThreadPool& pool,
                    FuseScratch& s) {
  const std::array<std::pair<RegionClass, Plane*>, 3> wanted = {{{RegionClass::kHair, &s.target_cover},
                                                                 {RegionClass::kOccluder, &s.target_things},
                                                                 {RegionClass::kSkin, &s.target_skin}}};
  const auto some = [&](int first, int last) {
    for (int k = first; k < last; ++k) {
      const auto& [region, plane] = wanted[static_cast<std::size_t>(k)];
      regions.sample({region}, frame_from_canvas, s.target.width, s.target.height, plane);
    }
  };
  pool.for_ranges(0, static_cast<int>(wanted.size()), 1, std::cref(some));
}

// Of the things in front of the target's face only what glasses' frames look like. share: how far, 0..1
void keep_seen_frames(const Mesh& target, float share, FuseScratch& s) {
  s.all_things.resize(s.target_things.width, s.target_things.height);  // memory for later
  if (!(share > 0)) return;
  if (share < 1) s.all_things = s.target_things;
  luma_of(s.target, &s.glasses.light);
  keep_frames(target, FrameRule::kOfTarget, &s.glasses, &s.target_things);
  if (!(share < 1)) return;
  for (std::size_t i = 0; i < s.all_things.size(); ++i)
    s.target_things.values[i] =
        s.all_things.values[i] + share * (s.target_things.values[i] - s.all_things.values[i]);
}

// Hair and things in front of the target's face; of clear glasses only their frames. -> whether those were
// seen, if it was asked.
std::optional<bool> find_target_cover(const RegionMap& regions, const Affine& frame_from_canvas,
                                      const Mesh& target, SteadyChoice* clear_glasses, FuseScratch& s) {
  std::optional<bool> saw_clear_glasses;
  float things = 0;
  for (const float p : s.target_things.values) things += p > 0.5f ? p : 0;
  const float face_px = face_width_px(target);
  if (regions.glasses) {
    keep_glasses(*regions.glasses, frame_from_canvas, target, &s.glasses, &s.target_things);
  } else if (things > kLeastThings * face_px * face_px) {
    const bool seen = wears_clear_glasses(regions, frame_from_canvas, target, s.target_things, &s.glasses);
    saw_clear_glasses = seen;
    if (clear_glasses) clear_glasses->next(seen);
    keep_seen_frames(target, clear_glasses ? clear_glasses->show() : (seen ? 1.0f : 0.0f), s);
  }
  regions.sample({RegionClass::kBrow, RegionClass::kEyeball}, frame_from_canvas, s.target.width,
                 s.target.height, &s.target_features);
  take_shaded_skin(s.target, target, &s.target_cover, &s.target_skin);
  follow_strands(s.target, s.target_skin, s.target_features, target, &s.hair_edge, &s.target_cover);
  for (std::size_t i = 0; i < s.target_cover.size(); ++i)
    s.target_cover.values[i] += s.target_things.values[i];
  return saw_clear_glasses;
}

// target_cover and target_skin: seen anew when the regions are, else as they were then. -> whether there is a
// grey moustache, 0..1
float look_at_cover(const RegionMap& regions, const Affine& canvas_from_frame, const Mesh& target,
                    const FramesBefore& before, ThreadPool& pool, FuseScratch& s) {
  const Affine frame_from_canvas = canvas_from_frame.inverse();
  CoverMemory* memory = before.cover;
  if (memory && memory->serves(regions)) {
    memory->sample(regions, frame_from_canvas, s.target.width, s.target.height, &s.target_cover,
                   &s.target_skin);
    if (memory->saw_clear_glasses && before.clear_glasses)
      before.clear_glasses->next(*memory->saw_clear_glasses);
    return memory->moustache;
  }
  sample_regions(regions, frame_from_canvas, pool, s);
  const auto clear = find_target_cover(regions, frame_from_canvas, target, before.clear_glasses, s);
  const float moustache = take_out_grey_moustache(s.target, target, &s.target_skin);
  if (!memory || regions.look == 0) return moustache;
  memory->take(regions, canvas_from_frame, s.target_cover, s.target_skin);
  memory->saw_clear_glasses = clear, memory->see_moustache(moustache);
  return memory->moustache;
}

// -> whether there is some: s.target_light.
bool draw_light(const RegionMap* regions, const FaceModel& model, FuseScratch& s, const FramesBefore& before,
                const PreparedFace& face) {
  const auto look = [&] {
    if (!before.finer_light) return SurfaceWeights{};
    return target_light(s.target, face.target, model.triangles(), regions ? &s.target_cover : nullptr,
                        before.target_light ? kSteadyLightShare : kLightShare);
  };
  const auto draw = [&](const SurfaceWeights& light) {
    return draw_target_light(light, face.fused, model.triangles(), s.target.width, s.target.height,
                             &s.light_scratch, &s.target_light);
  };
  return before.target_light ? draw(before.target_light->next(before.step_seconds, look)) : draw(look());
}

// The warped source in the target's light, and what that says about eyes and mouth.
void light_face(const SourceTexture& texture, const RegionMap* regions, const FaceModel& model,
                ThreadPool& pool, FuseScratch& s, Trace& trace, const FramesBefore& before, bool has_gap,
                PreparedFace* out) {
  const auto span = trace.span("relight");
  if (!before.tone_is_known)
    out->skin_delta_e =
        skin_difference(s.fused, s.target, s.masks.skin, brightness_match(s.fused, s.target, s.masks.skin));
  const bool has_light = draw_light(regions, model, s, before, *out);
  const RelightReport lit =
      relight(s.target, s.masks, out->eyes, face_width_px(out->target),
              {has_gap ? &s.expression_gap : nullptr, has_light ? &s.target_light : nullptr}, &s.relight,
              &s.fused, before.light, &pool);
  match_lips(s.target, out->fused, out->target, s.masks, lit.lightness_gap, &s.fused);
  if (regions)
    out->mouth_line =
        choose_mouth_line(texture.mesh, out->target, *regions, out->where.canvas_from_frame().inverse());
  // In photos: nothing steadies it.
  if (!before.light) out->irises = measure_irises(texture, s.target, out->target, out->eyes, s.masks, lit);
}

}  // namespace

bool is_in_view(const Mesh& fused_frame, const Mesh& target_frame, int frame_width, int frame_height) {
  if (!is_usable(fused_frame)) return false;
  const CanvasFrame where = canvas_around(target_frame, frame_width, frame_height);
  return where.width > 0 && where.height > 0;
}

PreparedFace prepare_face(const SourceTexture& texture, const Mesh& fused_frame, const Mesh& target_frame,
                          const SurfaceWeights& gap, ImageView frame, const RegionMap* regions,
                          const FaceModel& model, ThreadPool& pool, FuseScratch& s, Trace& trace,
                          const FramesBefore& before, int resolution) {
  PreparedFace out;
  if (!is_in_view(fused_frame, target_frame, frame.width, frame.height)) return out;
  out.where = canvas_around(target_frame, frame.width, frame.height, resolution);
  const Affine to_canvas = out.where.canvas_from_frame();
  const int width = out.where.width, height = out.where.height;
  out.fused = transformed(fused_frame, to_canvas), out.target = transformed(target_frame, to_canvas);
  out.triangles = model.triangles();
  const Mesh& target = out.target;
  MaskHints hints{&s.trust, nullptr, nullptr};
  bool has_gap = false;
  float mouth = 1;  // how far its inside is the target's
  const auto warp = [&] {
    make_warp_maps(texture, out.fused, model.triangles(), width, height, &s.maps);
    warp_source(texture, s.maps, out.fused, pool, &s.fused, &s.trust);
    distrust_stretched(texture, out.fused, model.triangles(), &s.stretched, &s.trust);
  };
  const auto look_at_target = [&] {
    read_canvas(frame, out.where, &s.target);
    if (regions) {
      mouth = bare_mouth(target, look_at_cover(*regions, to_canvas, target, before, pool, s), !before.light);
      hints.target_cover = &s.target_cover, hints.target_skin = &s.target_skin;
    }
    draw_mask_shapes(out.fused, target, width, height, &s.masks);
    if (mouth < 1)
      for (float& share : s.masks.mouth.values) share *= mouth;
    has_gap = draw_expression_gap(gap, out.fused, model.triangles(), width, height, &s.expression_gap);
  };
  {
    const auto span = trace.span("warp");  // and, on another thread when there is one, the target
    const auto either = [&](int first, int last) {
      for (int k = first; k < last; ++k) k == 0 ? warp() : look_at_target();
    };
    pool.for_ranges(0, 2, 1, std::cref(either));  // by reference: nothing is allocated
  }
  {
    const auto span = trace.span("mask");
    // In clips it would come and go with the target's lids.
    out.eyes = choose_eyes(texture, target, before.light ? 0 : kLeastOpening);
    add_turned_middle(target, s.maps, &s.masks);
    finish_masks(s.maps, hints, &s.masks);
    if (regions) has_gap = draw_hair_shade(s.target_cover, target, has_gap, &s.expression_gap);
    place_eyes(texture, out.fused, s.masks, out.eyes, &s.eyes, &s.fused);
  }
  light_face(texture, regions, model, pool, s, trace, before, has_gap, &out);
  return out;
}

namespace {

// Where the target's own skin is seen and the mesh covers it: only there do its colours say what the face's
// should be.
void draw_blend_border(const WarpMaps& maps, const Plane& skin, Plane* out) {
  out->resize(maps.depth.width, maps.depth.height);
  for (std::size_t i = 0; i < out->size(); ++i) {
    out->values[i] = maps.covered(i) && skin.values[i] > 0.5f ? 1.0f : 0.0f;
  }
}

}  // namespace

void paste_face(const PreparedFace& face, float strength, BlendMode blend, FuseScratch& s,
                MutableImageView frame, bool soften) {
  // Only here: whatever looks at the mask before sees it whole, however faint the face is shown.
  if (strength < 1)
    for (float& a : s.masks.alpha.values) a *= strength;
  add_target_mouth(s.target, {face.fused, face.target, face.triangles}, face.eyes, strength, &s.masks,
                   &s.fused);
  add_mouth_line(s.target, s.target_cover, {face.fused, face.target, face.triangles}, face.mouth_line,
                 strength, &s.masks, &s.fused);
  tint_irises(face.irises, face.fused, s.masks, face.eyes, strength, &s.fused);
  if (blend == BlendMode::kPoisson || blend == BlendMode::kMixed)
    draw_blend_border(s.maps, s.masks.skin, &s.border);
  blend_into(blend, s.target, s.border, strength, &s.blend, &s.masks.alpha, &s.fused);
  if (soften) {
    soften_colour(s.target, s.masks.alpha, &s.colour_detail, &s.fused);
    match_colour_grain(s.target, s.masks.alpha, s.masks.skin, face_width_px(face.fused), &s.colour_grain,
                       &s.fused);
  }
  paste_canvas(s.fused, s.masks.alpha, face.where, frame);
}

}  // namespace mien
