#include "api/face_tracker.h"

#include <algorithm>

#include "api/sealed_bytes.h"
#include "core/try.h"
#include "mien/engine.h"

namespace mien {
namespace {

constexpr int kLongestPeriod = 1000;
constexpr SealedKind kTrackerKind{"MIENTRAK", 8, "the state of a face tracker", "begin the stream anew"};

Done check_period(const char* whose, int frames) {
  if (frames >= 1 && frames <= kLongestPeriod) return {};
  return Status(Code::kInvalidArgument, std::string(whose) + " period is " + std::to_string(frames) +
                                            " frames, expected 1 to " + std::to_string(kLongestPeriod));
}

int nearest_period(int frames) { return std::clamp(frames, 1, kLongestPeriod); }

FollowSettings follow_settings(const TrackerOptions& options) {
  return {nearest_period(options.detector_period), options.steady};
}

}  // namespace

Done TrackerOptions::validate() const {
  MIEN_TRY(check_period("the detector's", detector_period));
  return check_period("the parser's", parser_period);
}

FaceTracker::FaceTracker(const TrackerOptions& options)
    : state_(new State{{FaceFollower(follow_settings(options))}}) {
  state_->parser_period = nearest_period(options.parser_period), state_->cores = options.cores;
}
FaceTracker::~FaceTracker() = default;
FaceTracker::FaceTracker(FaceTracker&&) noexcept = default;
FaceTracker& FaceTracker::operator=(FaceTracker&&) noexcept = default;

void FaceTracker::set_options(const TrackerOptions& options) {
  state_->analysis.follower.set(follow_settings(options));
  state_->parser_period = nearest_period(options.parser_period), state_->cores = options.cores;
}

void FaceTracker::reset() { state_->analysis.follower.reset(); }

std::vector<std::uint8_t> FaceTracker::save() {
  state_->analysis.coarse.forget_answers(), state_->analysis.regions.forget();
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
  restored.ahead.reset();
  StateReader archive(in);
  restored.visit(archive);
  if (!in.at_end())
    return Status(Code::kUnreadable,
                  "the state of a face tracker was written by another build; begin the stream anew");
  *state_ = std::move(restored);
  return {};
}

int FaceTracker::faces_seen() const { return state_->analysis.follower.faces_seen(); }
int FaceTracker::cuts_seen() const { return state_->analysis.follower.cuts(); }

}  // namespace mien
