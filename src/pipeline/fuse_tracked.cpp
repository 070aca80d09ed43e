#include "pipeline/fuse_tracked.h"

#include <algorithm>
#include <cmath>

#include "core/try.h"
#include "pipeline/quality_gate.h"

namespace mien {
namespace {

constexpr float kClearlyLarger = 1.3f;
constexpr int kLookPeriod = 4;          // frames from one measurement of contrast and grain to the next
constexpr float kLookSeconds = 0.125f;  // after which a measurement no longer serves
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

Done fuse_one(ImageView frame, const Source& source, const FusionOptions& how, const TrackedFusion& with,
              MutableImageView image, FaceReport* one) {
  MIEN_ASSIGN(const std::optional<RegionMap> regions,
              with.regions.next(frame, one->number, one->face.mesh, with.parser_period, with.parse_side_px,
                                with.networks, with.find, with.trace));
  one->quality.covered_share = regions ? covered_share(*regions, one->face.mesh) : 0;
  if (one->quality.covered_share > kMostCoveredShare) {
    one->note = std::to_string(std::lround(100 * one->quality.covered_share)) + " % of the face is covered";
    return {};
  }
  FusionParts parts = with.parts;
  FaceMemory& memory = with.memories.of(one->number);
  memory.step_seconds = with.step_seconds, memory.steady = with.steady;
  memory.coarse_period = with.coarse_period;
  memory.relight.period = memory.grain.period = period_within(kLookPeriod, kLookSeconds, with.step_seconds);
  parts.memory = &memory;
  const Done done = fuse_face(source.content(), one->face, regions ? &*regions : nullptr, parts, how,
                              with.pool, with.fuse, with.trace, image, one);
  if (!done.ok() && done.status().code() != Code::kNoFace) return done.status();
  if (!done.ok()) one->note = done.status().message();  // the face has left the frame
  one->pose_gap_deg = pose_gap_deg(one->face.pose, source.face().pose);
  one->fused = done.ok();
  return {};
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

Result<std::vector<FaceReport>> fuse_tracked(ImageView frame, std::span<const FollowedFace> faces,
                                             std::span<const Part> parts, std::span<const Casting> cast,
                                             const FusionOptions& options, int largest,
                                             const TrackedFusion& with, MutableImageView image) {
  std::vector<FaceReport> out;
  with.regions.keep(faces), with.memories.keep(faces);
  for (std::size_t i = 0; i < faces.size(); ++i) {
    FaceReport& one = out.emplace_back();
    one.number = faces[i].number;
    one.face = faces[i].face;
    one.casting = parts[i].casting, one.reference_similarity = parts[i].reference_similarity;
    one.note = reason_to_skip(faces[i], options, largest);
    if (one.note.empty() && one.casting < 0) one.note = kClaimedByNobody;
    FusionOptions how = options;
    how.strength *= faces[i].opacity;
    how.tone_strength = 0;  // a threshold that is crossed from frame to frame would flicker
    if (!one.note.empty() || !(how.strength > 0)) {
      if (const auto fit = with.parts.model.fit(one.face.mesh); fit.ok()) one.face.pose = fit->pose;
      continue;
    }
    MIEN_TRY(fuse_one(frame, *cast[static_cast<std::size_t>(one.casting)].source, how, with, image, &one));
  }
  return out;
}

}  // namespace mien
