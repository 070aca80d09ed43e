#include "pipeline/enrol.h"

#include "core/try.h"
#include "face/closed_mouth.h"
#include "face/seen_lids.h"
#include "pipeline/quality_gate.h"

namespace mien {

Result<SourceAnalysis> analyse_source(ImageView photo, const FaceNetworks& networks, FindScratch& scratch,
                                      Trace& trace) {
  MIEN_ASSIGN(const std::vector<Face> faces, find_faces(photo, networks, scratch, trace));
  const int chosen = largest_face(faces);
  if (chosen < 0) {
    return Status(Code::kNoFace,
                  "no face was found in the photo (" + std::to_string(photo.width) + " x " +
                      std::to_string(photo.height) +
                      " px); use a photo that shows the face from the front, larger and in good light");
  }
  SourceAnalysis out;
  out.face = faces[static_cast<std::size_t>(chosen)];
  MIEN_ASSIGN(out.regions, find_regions(photo, out.face.mesh, networks, scratch, trace));
  MIEN_ASSIGN(out.uncovered, uncover(photo, out.face.mesh, out.regions, networks, scratch, trace));
  MIEN_ASSIGN(out.identity, identify(photo, out.face.mesh, networks, scratch, trace));
  return out;
}

Result<ContentPtr> make_source(ImageView photo, const SourceAnalysis& analysis, const FaceModel& model,
                               Trace& trace) {
  const auto span = trace.span("enrol");
  const RegionMap* regions = analysis.regions ? &*analysis.regions : nullptr;
  auto content = std::make_shared<Source::Content>();
  content->face = analysis.face;
  content->identity = analysis.identity;
  content->quality = measure_quality(photo, analysis.face, regions);
  content->glasses_taken_off = analysis.uncovered && analysis.uncovered->clear_glasses;
  const std::vector<QualityRemark> remarks =
      judge_source(analysis.face, content->quality, content->glasses_taken_off);
  if (refused(remarks)) return Status(Code::kNoFace, "the photo cannot be used: " + sentences(remarks));
  for (const QualityRemark& remark : remarks) content->warnings.push_back(remark.sentence);
  Mesh mesh = analysis.face.mesh;
  if (regions) close_unseen_mouth(*regions, &mesh), open_seen_eyes(*regions, &mesh);
  content->texture = make_texture(photo, mesh, model.triangles(), regions,
                                  analysis.uncovered ? &*analysis.uncovered : nullptr);
  MIEN_ASSIGN(content->shape, model.fit(mesh));
  return ContentPtr(std::move(content));
}

Result<ContentPtr> enrol(ImageView photo, const FaceNetworks& networks, FindScratch& scratch, Trace& trace) {
  MIEN_ASSIGN(const SourceAnalysis analysis, analyse_source(photo, networks, scratch, trace));
  return make_source(photo, analysis, networks.model, trace);
}

}  // namespace mien
