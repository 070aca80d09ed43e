#include "pipeline/fuse_face.h"

#include <algorithm>

#include "core/try.h"
#include "face/crop.h"
#include "fuse/eyes.h"
#include "fuse/mouth.h"

namespace mien {

Done fuse_face(const Source::Content& source, const Face& face, const RegionMap* regions, const FaceModel& model, float strength, ThreadPool& pool, FuseScratch& s,
               Trace& trace, MutableImageView frame) {
  const CanvasFrame where = canvas_around(face.mesh, frame.width, frame.height);
  if (where.width < 1 || where.height < 1) return Status(Code::kNoFace, "the face lies outside of the picture; move it into view");
  const Affine to_canvas = where.canvas_from_frame();
  Mesh target, fused;
  {
    const auto span = trace.span("shape");
    MIEN_ASSIGN(const ShapeFit fit, model.fit(face.mesh));
    target = transformed(face.mesh, to_canvas);
    fused = transformed(model.with_identity_of(source.shape, fit, face.mesh, {strength, strength}), to_canvas);
  }
  {
    const auto span = trace.span("warp");
    read_canvas(frame, where, &s.target);
    make_warp_maps(source.texture, fused, target, model.triangles(), where.width, where.height, &s.maps);
    warp_source(source.texture, s.maps, fused, pool, &s.fused, &s.trust);
  }
  const EyeChoice eyes = choose_eyes(source.texture, target);
  {
    const auto span = trace.span("mask");
    MaskHints hints{&s.trust, nullptr, nullptr};
    if (regions) {
      const Affine frame_from_canvas = to_canvas.inverse();
      regions->sample({RegionClass::kHair, RegionClass::kOccluder}, frame_from_canvas, where.width, where.height, &s.target_cover);
      regions->sample({RegionClass::kSkin}, frame_from_canvas, where.width, where.height, &s.target_skin);
      hints.target_cover = &s.target_cover, hints.target_skin = &s.target_skin;
    }
    draw_masks(fused, target, s.maps, hints, strength, &s.masks);
    place_eyes(source.texture, fused, s.masks, eyes, &s.fused);
  }
  {
    const auto span = trace.span("relight");
    relight(s.target, s.masks, eyes, face_width_px(target), &s.relight, &s.fused);
  }
  const auto span = trace.span("paste");
  add_target_mouth(s.target, s.maps, eyes, strength, &s.masks, &s.fused);
  paste_canvas(s.fused, s.masks.alpha, where, frame);
  return {};
}

}  // namespace mien
