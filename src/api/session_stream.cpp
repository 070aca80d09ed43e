// Streams.
#include "api/engine_parts.h"
#include "api/face_tracker.h"
#include "api/fused_image_access.h"
#include "api/periods.h"
#include "core/bound_thread.h"
#include "core/try.h"
#include "media/visible_mark.h"
#include "pipeline/fuse_tracked.h"

namespace mien {

Result<FusionReport> Session::fuse_next(ImageView frame, double seconds, FaceTracker& tracker,
                                        const Source& source, const FusionOptions& options, FusedImage& out) {
  const Casting only{&source, nullptr};
  return fuse_next(frame, seconds, tracker, {&only, 1}, options, out);
}

Result<FusionReport> Session::fuse_next(ImageView frame, double seconds, FaceTracker& tracker,
                                        std::span<const Casting> cast, const FusionOptions& options,
                                        FusedImage& out) {
  MIEN_TRY(validate_cast(cast, state_->parts->identity != nullptr));
  MIEN_TRY(frame.validate());
  MIEN_TRY(options.validate());
  return guarded([&]() -> Result<FusionReport> {
    State& s = *state_;
    const Engine::Parts& parts = *s.parts;
    FaceTracker::State& track = tracker.state();
    s.trace.clear();
    const CoarseTier& tier = parts.tier(options.mode.value_or(parts.options.mode));
    const Periods periods = periods_of(tier.mode);
    track.follower.set_second_look_period(periods.second_look);
    std::optional<BoundThread> bound(std::in_place, track.cores.efficiency);
    const bool busy = track.regions.is_due() || track.memories.network_is_due();
    MIEN_ASSIGN(const std::vector<FollowedFace> faces,
                track.follower.next(frame, seconds, busy, parts.networks(), s.find, s.pool, s.trace));
    track.largest = largest_number(faces, track.largest);
    MIEN_ASSIGN(FollowedCast roles, track.cast.next(frame, faces, cast, options.min_similarity,
                                                    parts.networks(), s.find, s.trace));
    bound.reset(), bound.emplace(track.cores.performance);
    Image& image = FusedImageAccess::image(out);
    image.assign(frame);
    const auto within = [&](int frames) {
      return period_within(frames, periods.longest_seconds, track.follower.step_seconds());
    };
    const TrackedFusion with{track.regions,
                             track.memories,
                             track.follower.step_seconds(),
                             track.follower.steady(),
                             std::max(track.parser_period, within(periods.parser)),
                             within(periods.coarse),
                             periods.parse_side_px,
                             parts.networks(),
                             s.fusion_parts(tier),
                             s.pool,
                             s.find,
                             s.fuse,
                             s.trace};
    FusionReport report;
    report.mode = tier.mode, report.network = tier.name;
    report.missing = std::move(roles.missing);
    MIEN_ASSIGN(report.faces, fuse_tracked(frame, faces, roles.parts, cast, options, track.largest, with,
                                           image.mutable_view()));
    const int fused = report.fused_count();
    // A stream that carries the mark carries it on every frame, or it would flicker.
    const bool mark =
        options.visible_mark && options.strength > 0 && !draw_visible_mark(image.mutable_view()).empty();
    FusedImageAccess::provenance(out) = {fused > 0, fused, engine_version(),
                                         fused > 0 ? parts.labels(tier) : std::vector<std::string>{}, mark};
    report.stages = stage_reports(s.trace);
    return report;
  });
}

}  // namespace mien
