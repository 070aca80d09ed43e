// Streams.
#include "api/engine_parts.h"
#include "api/face_tracker.h"
#include "api/fused_image_access.h"
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
    const CoarseTier& tier = parts.tier(options.mode.value_or(parts.options.mode));
    std::optional<BoundThread> bound(std::in_place, track.cores.efficiency);
    const AnalysisParts eyes{
        parts.networks(), periods_of(tier.mode), track.parser_period, tier.net.has_value(), s.pool, s.find};
    MIEN_ASSIGN(FrameAnalysis analysis, analyse_frame(frame, seconds, cast, options, eyes, &track.analysis));
    bound.reset(), bound.emplace(track.cores.performance);
    s.trace = std::move(analysis.trace);
    Image& image = FusedImageAccess::image(out);
    image.assign(frame);
    FusionReport report;
    report.mode = tier.mode, report.network = tier.name;
    report.missing = std::move(analysis.missing);
    const TrackedFusion with{track.memories, s.fusion_parts(tier), s.pool, s.fuse, s.trace};
    MIEN_ASSIGN(report.faces, fuse_tracked(analysis, cast, options, with, image.mutable_view()));
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
