#include "pipeline/fuse_face.h"

#include "core/try.h"

namespace mien {

Done fuse_face(const Source::Content& source, const Face& face, const RegionMap* regions, const FusionParts& parts, float strength, ThreadPool& pool,
               FuseScratch& s, Trace& trace, MutableImageView frame) {
  const FaceModel& model = parts.model;
  Mesh fused_frame;
  {
    const auto span = trace.span("shape");
    MIEN_ASSIGN(const ShapeFit fit, model.fit(face.mesh));
    fused_frame = model.with_identity_of(source.shape, fit, face.mesh, {strength, strength});
  }
  const PreparedFace prepared = prepare_face(source.texture, fused_frame, face.mesh, frame, regions, model, strength, pool, s, trace);
  if (prepared.where.width < 1 || prepared.where.height < 1) {
    return Status(Code::kNoFace, "the face lies outside of the picture; move it into view");
  }
  if (parts.coarse && parts.coarse_scratch && parts.nets) {
    const auto span = trace.span("coarse");
    const CoarseScene scene{s.target, s.fused, s.trust, s.masks, s.relight, prepared.fused, model.canonical_mesh(), model.triangles()};
    MIEN_TRY(parts.coarse->run(scene, *parts.coarse_scratch, *parts.nets, &s.fused, &s.masks.alpha));
  }
  const auto span = trace.span("paste");
  paste_face(prepared, strength, s, frame);
  return {};
}

}  // namespace mien
