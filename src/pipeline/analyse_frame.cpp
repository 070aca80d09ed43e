#include "pipeline/analyse_frame.h"

#include <algorithm>
#include <cmath>

#include "core/try.h"
#include "pipeline/enrol.h"
#include "pipeline/prepare_face.h"
#include "pipeline/quality_gate.h"

namespace mien {
namespace {

constexpr char kLooksAside[] = "the head looks too far aside";
constexpr float kClearlyLarger = 1.3f;
constexpr float kMostCoveredShare =
    0.6f;  // more than in photos: a face that a hand passes should not come and go

std::string reason_to_skip(const FollowedFace& face, const FusionOptions& options, int largest) {
  if (options.faces == FaceChoice::kLargest && face.number != largest)
    return "not chosen: not the largest face";
  if (options.faces == FaceChoice::kNumber && face.number != options.face_number) return "not chosen";
  const float width = face.face.box.width();
  if (width >= kSmallestFacePx) return "";
  return "the face is " + std::to_string(std::lround(width)) + " px wide, expected at least " +
         std::to_string(std::lround(kSmallestFacePx));
}

// What all faces of a frame share.
struct Work {
  ImageView frame;
  const AnalysisParts& with;
  AnalysisState* state;
  Trace& trace;

  int within(int frames) const {
    return period_within(frames, with.periods.longest_seconds, state->follower.step_seconds());
  }
};

// Pose and fused shape of a face that is to be fused, or `note`, why it is not.
void shape_wanted(const Work& w, const Source& source, FaceAnalysis* one) {
  FaceReport& report = one->report;
  const Mesh& mesh = report.face.mesh;
  const auto span = w.trace.span("shape");
  const Result<ShapeFit> fit = w.with.networks.model.fit(mesh);
  if (!fit.ok()) {
    report.note = fit.status().message();
    return;
  }
  report.face.pose = fit->pose;
  report.pose_gap_deg = pose_gap_deg(fit->pose, source.face().pose);
  one->strength *= w.state->poses.next(report.number, fit->pose, report.pose_gap_deg);
  if (!(one->strength > 0)) {
    report.note = kLooksAside;
    return;
  }
  one->shape = fused_shape(w.with.networks.model, source.content().shape, *fit, mesh, one->strength);
  if (!is_in_view(one->shape.mesh, mesh, w.frame.width, w.frame.height)) report.note = kOutOfView;
}

// The rest about a face whose shape is known, or `note`.
Done look_at_regions(const Work& w, FaceAnalysis* one) {
  FaceReport& report = one->report;
  MIEN_ASSIGN(one->regions,
              w.state->regions.next(w.frame, report.number, report.face.mesh,
                                    std::max(w.with.parser_period, w.within(w.with.periods.parser)),
                                    w.with.periods.parse_side_px, w.with.networks, w.with.find, w.trace));
  report.quality.covered_share = one->regions ? covered_share(*one->regions, report.face.mesh) : 0;
  if (report.quality.covered_share > kMostCoveredShare) {
    report.note =
        std::to_string(std::lround(100 * report.quality.covered_share)) + " % of the face is covered";
    return {};
  }
  one->is_wanted = true;
  one->coarse = w.state->coarse.next(report.number, w.with.asks_coarse ? w.within(w.with.periods.coarse) : 1);
  return {};
}

// What the networks said about a face is forgotten when it was not asked for in this frame: it would be old
// when it is. The pose gate stays: a face that is skipped for a frame goes on as it was shown.
void forget_unseen(const std::vector<FaceAnalysis>& faces, AnalysisState* state) {
  std::vector<int> followed, looked_at, wanted;
  for (const FaceAnalysis& one : faces) {
    followed.push_back(one.report.number);
    if (one.regions) looked_at.push_back(one.report.number);
    if (one.is_wanted) wanted.push_back(one.report.number);
  }
  state->poses.keep(followed), state->regions.keep(looked_at), state->coarse.keep(wanted);
}

}  // namespace

int largest_number(std::span<const FollowedFace> faces, int last) {
  const FollowedFace *largest = nullptr, *current = nullptr;
  for (const FollowedFace& face : faces) {
    if (largest == nullptr || face.face.box.width() > largest->face.box.width()) largest = &face;
    if (face.number == last) current = &face;
  }
  if (largest == nullptr) return 0;
  return current && largest->face.box.width() < kClearlyLarger * current->face.box.width() ? last
                                                                                           : largest->number;
}

Result<FrameAnalysis> analyse_frame(ImageView frame, double seconds, std::span<const Casting> cast,
                                    const FusionOptions& options, const AnalysisParts& with,
                                    AnalysisState* state) {
  FrameAnalysis out;
  const Work work{frame, with, state, out.trace};
  state->follower.set_second_look_period(with.periods.second_look);
  state->follower.set_periods_per_part(with.periods.detector_part);
  const bool busy = state->is_busy();
  MIEN_ASSIGN(const std::vector<FollowedFace> faces,
              state->follower.next(frame, seconds, busy, with.networks, with.find, with.pool, out.trace));
  out.step_seconds = state->follower.step_seconds(), out.steady = state->follower.steady();
  state->largest = largest_number(faces, state->largest);
  MIEN_ASSIGN(FollowedCast roles, state->cast.next(frame, faces, cast, options.min_similarity, with.networks,
                                                   with.find, out.trace));
  out.missing = std::move(roles.missing);
  for (std::size_t i = 0; i < faces.size(); ++i) {
    FaceAnalysis& one = out.faces.emplace_back();
    FaceReport& report = one.report;
    report.number = faces[i].number, report.face = faces[i].face;
    report.casting = roles.parts[i].casting,
    report.reference_similarity = roles.parts[i].reference_similarity;
    report.note = reason_to_skip(faces[i], options, state->largest);
    if (report.note.empty() && report.casting < 0) report.note = kClaimedByNobody;
    one.strength = options.strength * faces[i].opacity;
    if (!report.note.empty() || !(one.strength > 0)) {
      if (const auto fit = with.networks.model.fit(report.face.mesh); fit.ok()) report.face.pose = fit->pose;
      continue;
    }
    shape_wanted(work, *cast[static_cast<std::size_t>(report.casting)].source, &one);
    if (report.note.empty()) MIEN_TRY(look_at_regions(work, &one));
  }
  forget_unseen(out.faces, state);
  return out;
}

}  // namespace mien
