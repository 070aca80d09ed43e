#include "api/face_tracker.h"

#include <algorithm>

#include "api/sealed_bytes.h"
#include "core/try.h"
#include "mien/engine.h"

namespace mien {
namespace {

constexpr int kLongestPeriod = 1000;
constexpr SealedKind kTrackerKind{"MIENTRAK", 1, "the state of a face tracker", "begin the stream anew"};

}  // namespace

Done TrackerOptions::validate() const {
  if (detector_period >= 1 && detector_period <= kLongestPeriod) return {};
  return Status(Code::kInvalidArgument, "the detector's period is " + std::to_string(detector_period) +
                                            " frames, expected 1 to " + std::to_string(kLongestPeriod));
}

FaceTracker::FaceTracker(const TrackerOptions& options)
    : state_(new State{FaceFollower({std::clamp(options.detector_period, 1, kLongestPeriod), options.steady}),
                       {}}) {}
FaceTracker::~FaceTracker() = default;
FaceTracker::FaceTracker(FaceTracker&&) noexcept = default;
FaceTracker& FaceTracker::operator=(FaceTracker&&) noexcept = default;

void FaceTracker::reset() { state_->follower.reset(); }

std::vector<std::uint8_t> FaceTracker::save() const {
  ByteWriter out;
  out.text(engine_version());
  StateWriter archive(out);
  state_->visit(archive);
  return seal(kTrackerKind, out.bytes());
}

Done FaceTracker::restore(std::span<const std::uint8_t> saved) {
  MIEN_ASSIGN(const auto content, open_sealed(kTrackerKind, saved));
  ByteReader in(content);
  const std::string version = in.text();
  if (version != engine_version())
    return Status(Code::kUnreadable, "the state of a face tracker is of version " + version + ", this is " +
                                         engine_version() + "; begin the stream anew");
  State restored = *state_;  // keeps the options
  StateReader archive(in);
  restored.visit(archive);
  if (!in.at_end())
    return Status(Code::kUnreadable,
                  "the state of a face tracker was written by another build; begin the stream anew");
  *state_ = std::move(restored);
  return {};
}

int FaceTracker::faces_seen() const { return state_->follower.faces_seen(); }
int FaceTracker::cuts_seen() const { return state_->follower.cuts(); }

}  // namespace mien
