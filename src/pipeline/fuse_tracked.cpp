#include "pipeline/fuse_tracked.h"

#include <algorithm>
#include <cmath>

#include "core/try.h"
#include "pipeline/quality_gate.h"

namespace mien {
namespace {

constexpr float kClearlyLarger = 1.3f;
constexpr float kMostCoveredShare = 0.6f;  // more than in photos: a face that a hand passes should not come and go

std::string reason_to_skip(const FollowedFace& face, const FusionOptions& options, int largest) {
  if (options.faces == FaceChoice::kLargest && face.number != largest) return "not chosen: not the largest face";
  if (options.faces == FaceChoice::kNumber && face.number != options.face_number) return "not chosen";
  const float width = face.face.box.width();
  if (width >= kSmallestFacePx) return "";
  return "the face is " + std::to_string(std::lround(width)) + " px wide, expected at least " + std::to_string(std::lround(kSmallestFacePx));
}

}  // namespace

int largest_number(std::span<const FollowedFace> faces, int last) {
  const FollowedFace *largest = nullptr, *current = nullptr;
  for (const FollowedFace& face : faces) {
    if (largest == nullptr || face.face.box.width() > largest->face.box.width()) largest = &face;
    if (face.number == last) current = &face;
  }
  if (largest == nullptr) return 0;
  return current && largest->face.box.width() < kClearlyLarger * current->face.box.width() ? last : largest->number;
}

Result<std::vector<FaceReport>> fuse_tracked(ImageView frame, std::span<const FollowedFace> faces, const Source& source, const FusionOptions& options, int largest,
                                             const TrackedFusion& with, MutableImageView image) {
  std::vector<FaceReport> out;
  for (const FollowedFace& followed : faces) {
    FaceReport& one = out.emplace_back();
    one.number = followed.number;
    one.face = followed.face;
    const Pose &a = followed.face.pose, &b = source.face().pose;
    one.pose_gap_deg = std::max(std::abs(a.yaw_deg - b.yaw_deg), std::abs(a.pitch_deg - b.pitch_deg));
    one.note = reason_to_skip(followed, options, largest);
    FusionOptions how = options;
    how.strength *= followed.opacity;
    how.tone_strength = 0;  // a threshold that is crossed from frame to frame would flicker
    if (!one.note.empty() || !(how.strength > 0)) continue;
    MIEN_ASSIGN(const std::optional<RegionMap> regions, find_regions(frame, followed.face.mesh, with.networks, with.find, with.trace));
    one.quality.covered_share = regions ? covered_share(*regions, followed.face.mesh) : 0;
    if (one.quality.covered_share > kMostCoveredShare) {
      one.note = std::to_string(std::lround(100 * one.quality.covered_share)) + " % of the face is covered";
      continue;
    }
    const Done done = fuse_face(source.content(), followed.face, regions ? &*regions : nullptr, with.parts, how, with.pool, with.fuse, with.trace, image, &one);
    if (!done.ok() && done.status().code() != Code::kNoFace) return done.status();
    if (!done.ok()) one.note = done.status().message();  // the face has left the frame
    one.fused = done.ok();
  }
  return out;
}

}  // namespace mien
