#include "pipeline/fuse_frame.h"

#include <algorithm>

#include "core/try.h"
#include "face/closed_mouth.h"
#include "face/seen_lids.h"
#include "pipeline/cast.h"
#include "pipeline/quality_gate.h"

namespace mien {
namespace {

Result<std::vector<FaceReport>> numbered_reports(ImageView frame, const FusionOptions& options,
                                                 const FaceNetworks& networks, FindScratch& scratch,
                                                 Trace& trace) {
  MIEN_ASSIGN(std::vector<Face> found, find_faces(frame, networks, scratch, trace));
  std::vector<Face> faces;
  for (const std::size_t i : numbered(found, options.order)) faces.push_back(found[i]);
  MIEN_ASSIGN(const std::vector<std::string> why_not, not_chosen_because(faces, options));
  std::vector<FaceReport> reports(faces.size());
  for (std::size_t i = 0; i < faces.size(); ++i) {
    reports[i].number = static_cast<int>(i) + 1;
    reports[i].face = faces[i];
    reports[i].note = why_not[i];
  }
  return reports;
}

float best_similarity(const std::vector<Identity>& references, const Identity& face) {
  float best = -1;
  for (const Identity& reference : references) best = std::max(best, similarity(reference, face));
  return best;
}

// Sets `casting` of every chosen face, and `note` of those that nobody claims.
Result<std::vector<MissingPerson>> assign(ImageView frame, std::span<const Casting> cast,
                                          const FusionOptions& options, const FaceNetworks& networks,
                                          FindScratch& scratch, Trace& trace,
                                          std::vector<FaceReport>* reports) {
  const References references = references_of(cast);
  std::vector<MissingPerson> missing;
  if (!references.identities.empty()) {
    std::vector<std::optional<Identity>> identities(reports->size());
    for (std::size_t i = 0; i < reports->size(); ++i) {
      if (!(*reports)[i].note.empty()) continue;
      MIEN_ASSIGN(identities[i], identify(frame, (*reports)[i].face.mesh, networks, scratch, trace));
    }
    const std::vector<Match> matches =
        match_people(references.identities, identities, options.min_similarity);
    for (std::size_t r = 0; r < matches.size(); ++r) {
      if (matches[r].face < 0) {
        missing.push_back({references.casting_of[r], matches[r].similarity});
        continue;
      }
      FaceReport& report = (*reports)[static_cast<std::size_t>(matches[r].face)];
      report.casting = references.casting_of[r], report.reference_similarity = matches[r].similarity;
    }
    for (std::size_t i = 0; i < reports->size(); ++i)
      if (identities[i] && (*reports)[i].casting < 0)
        (*reports)[i].reference_similarity = best_similarity(references.identities, *identities[i]);
  }
  for (FaceReport& report : *reports) {
    if (!report.note.empty() || report.casting >= 0) continue;
    report.casting = references.for_the_rest;
    if (report.casting < 0) report.note = kClaimedByNobody;
  }
  return missing;
}

struct Work {
  ImageView frame;
  const FusionOptions& options;
  const FaceNetworks& networks;
  const FusionParts& parts;
  ThreadPool& pool;
  FindScratch& find;
  FuseScratch& fuse;
  Trace& trace;
  MutableImageView image;
};

// The similarity of the face in `picture` to its source; empty when it is not wanted or cannot be told.
Result<std::optional<float>> similarity_to_source(const Work& w, ImageView picture, const Face& face,
                                                  const Source& source) {
  if (!w.options.measure_identity || !source.identity()) return std::optional<float>();
  MIEN_ASSIGN(const std::optional<Identity> found, identify(picture, face.mesh, w.networks, w.find, w.trace));
  return found ? std::optional<float>(similarity(*found, *source.identity())) : std::nullopt;
}

// Quality gate, fusion, similarities; fills the rest of the report.
Done fuse_one(const Work& w, const Source& source, FaceReport* report) {
  MIEN_ASSIGN(std::optional<RegionMap> regions,
              find_regions(w.frame, report->face.mesh, w.networks, w.find, w.trace));
  const RegionMap* known = regions ? &*regions : nullptr;
  {
    const auto span = w.trace.span("quality");
    report->quality = measure_quality(w.frame, report->face, known);
  }
  report->remarks = judge_target(report->face, report->quality);
  report->pose_gap_deg = pose_gap_deg(report->face.pose, source.face().pose);
  if (auto gap = judge_pose_gap(report->pose_gap_deg)) report->remarks.push_back(std::move(*gap));
  report->note = sentences(report->remarks);
  if (refused(report->remarks)) return {};
  MIEN_TRY(find_glasses(w.frame, report->face.mesh, w.networks, w.find, w.trace, &regions));
  MIEN_ASSIGN(report->similarity_before, similarity_to_source(w, w.frame, report->face, source));
  const Source::Content& content = source.content();
  std::optional<FusedShape> shape;
  {
    const auto span = w.trace.span("shape");
    if (known) close_unseen_mouth(*known, &report->face.mesh), open_seen_eyes(*known, &report->face.mesh);
    MIEN_ASSIGN(const ShapeFit fit, w.networks.model.fit(report->face.mesh));
    shape = fused_shape(w.networks.model, content.shape, fit, report->face.mesh, w.options.strength);
  }
  MIEN_TRY(fuse_face({content, report->face, *shape, known}, w.parts, w.options, w.pool, w.fuse, w.trace,
                     w.image, report));
  report->fused = true;
  MIEN_ASSIGN(report->similarity_after, similarity_to_source(w, w.image, report->face, source));
  return {};
}

}  // namespace

Result<FusionReport> fuse_frame(ImageView frame, std::span<const Casting> cast, const FusionOptions& options,
                                const FaceNetworks& networks, const FusionParts& parts, ThreadPool& pool,
                                FindScratch& find, FuseScratch& fuse, Trace& trace, MutableImageView image) {
  FusionReport report;
  MIEN_ASSIGN(report.faces, numbered_reports(frame, options, networks, find, trace));
  MIEN_ASSIGN(report.missing, assign(frame, cast, options, networks, find, trace, &report.faces));
  const Work work{frame, options, networks, parts, pool, find, fuse, trace, image};
  const auto is_left_alone = [&](const FaceReport& face) {
    return !face.note.empty() || !(options.strength > 0);
  };
  if (parts.budget)
    parts.budget->begin_faces(
        static_cast<int>(report.faces.size()) -
        static_cast<int>(std::count_if(report.faces.begin(), report.faces.end(), is_left_alone)));
  for (FaceReport& face : report.faces) {
    if (is_left_alone(face)) continue;
    MIEN_TRY(fuse_one(work, *cast[static_cast<std::size_t>(face.casting)].source, &face));
  }
  return report;
}

Result<std::vector<FaceInfo>> describe_faces(ImageView picture, FaceOrder order, const FaceNetworks& networks,
                                             FindScratch& scratch, Trace& trace) {
  MIEN_ASSIGN(const std::vector<Face> found, find_faces(picture, networks, scratch, trace));
  std::vector<FaceInfo> out;
  for (const std::size_t i : numbered(found, order)) {
    FaceInfo info;
    info.number = static_cast<int>(out.size()) + 1;
    info.face = found[i];
    MIEN_ASSIGN(const std::optional<RegionMap> regions,
                find_regions(picture, info.face.mesh, networks, scratch, trace));
    info.quality = measure_quality(picture, info.face, regions ? &*regions : nullptr);
    info.remarks = judge_target(info.face, info.quality);
    MIEN_ASSIGN(info.identity, identify(picture, info.face.mesh, networks, scratch, trace));
    out.push_back(std::move(info));
  }
  return out;
}

}  // namespace mien
