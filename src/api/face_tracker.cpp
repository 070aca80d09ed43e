#include "api/face_tracker.h"

#include <algorithm>

namespace mien {
namespace {

constexpr int kLongestPeriod = 1000;

}  // namespace

Done TrackerOptions::validate() const {
  if (detector_period >= 1 && detector_period <= kLongestPeriod) return {};
  return Status(Code::kInvalidArgument, "the detector's period is " + std::to_string(detector_period) + " frames, expected 1 to " + std::to_string(kLongestPeriod));
}

FaceTracker::FaceTracker(const TrackerOptions& options)
    : state_(new State{FaceFollower({std::clamp(options.detector_period, 1, kLongestPeriod), options.steady})}) {}
FaceTracker::~FaceTracker() = default;
FaceTracker::FaceTracker(FaceTracker&&) noexcept = default;
FaceTracker& FaceTracker::operator=(FaceTracker&&) noexcept = default;

void FaceTracker::reset() { state_->follower.reset(); }
int FaceTracker::faces_seen() const { return state_->follower.faces_seen(); }
int FaceTracker::cuts_seen() const { return state_->follower.cuts(); }

}  // namespace mien
