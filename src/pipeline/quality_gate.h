// The one place that decides whether a face is good enough, and says what to do when it is not.
// docs/quality-gate.md has the figures.
#pragma once

#include <optional>
#include <vector>

#include "face/region_map.h"
#include "mien/face.h"
#include "mien/image.h"
#include "mien/quality.h"

namespace mien {

// The smallest face that is fused or enrolled, in pixels of its box.
inline constexpr float kSmallestFacePx = 32;

// regions: of the face; null when unknown.
FaceQuality measure_quality(ImageView picture, const Face& face, const RegionMap* regions);

// What speaks against the face as a target or as a source; those that refuse it first. Empty: all is well.
std::vector<QualityRemark> judge_target(const Face& face, const FaceQuality& quality);
// wears_glasses: clear ones, which are taken off a source.
std::vector<QualityRemark> judge_source(const Face& face, const FaceQuality& quality, bool wears_glasses);

// Larger difference of yaw and pitch; roll is undone exactly, so it does not count.
float pose_gap_deg(const Pose& a, const Pose& b);
std::optional<QualityRemark> judge_pose_gap(float gap_deg);
// Whether the pose, of a source or target, or its gap to the other one's is beyond what is refused.
bool pose_is_refused(const Pose& pose, float gap_deg);

bool refused(const std::vector<QualityRemark>& remarks);

// All sentences of the remarks in one line, or only of those that refuse when some do.
std::string sentences(const std::vector<QualityRemark>& remarks);

}  // namespace mien
