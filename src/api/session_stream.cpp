// Streams.
#include <utility>

#include "api/earlier_fusion.h"
#include "api/engine_parts.h"
#include "api/face_tracker.h"
#include "api/fused_image_access.h"
#include "core/bound_thread.h"
#include "core/try.h"
#include "media/visible_mark.h"
#include "pipeline/fuse_tracked.h"

namespace mien {

namespace {

Done validate_for_streams(const FusionOptions& options) {
  MIEN_TRY(options.validate());
  if (options.faces != FaceChoice::kNear) return {};
  return Status(
      Code::kInvalidArgument,
      "the face nearest to a point was asked for, which is for photos: in a stream others come nearer; "
      "choose FaceChoice::kNumber, whose numbers stay with their faces");
}

}  // namespace

Result<FusionReport> Session::fuse_next(ImageView frame, double seconds, FaceTracker& tracker,
                                        const Source& source, const FusionOptions& options, FusedImage& out) {
  const Casting only{&source, nullptr};
  return fuse_next(frame, seconds, tracker, {&only, 1}, options, out);
}

Result<FrameAnalysis> Session::State::analyse_next(const StreamFrame& frame, std::span<const Casting> cast,
                                                   const FusionOptions& options, FaceTracker::State* track) {
  MIEN_TRY(frame.picture.validate());
  const BoundThread bound(track->cores.efficiency);
  const CoarseTier& tier = parts->tier(options.mode.value_or(parts->options.mode));
  const AnalysisParts with{
      parts->networks(), periods_of(tier.mode), track->parser_period, tier.net.has_value(), pool, find};
  return analyse_frame(frame.picture, frame.seconds, cast, options, with, &track->analysis);
}

Result<FusionReport> Session::State::fuse_analysed(FrameAnalysis analysis, ImageView frame,
                                                   std::span<const Casting> cast,
                                                   const FusionOptions& options, ThreadPool::Beside* beside,
                                                   FaceTracker::State* track, FusedImage* out) {
  const BoundThread bound(track->cores.performance);
  const CoarseTier& tier = parts->tier(options.mode.value_or(parts->options.mode));
  const EarlierFusion earlier(&frame, *out);
  Image& image = FusedImageAccess::image(*out);
  image.assign(frame);
  fuse.painted.clear();
  trace = std::move(analysis.trace);
  FusionParts how = fusion_parts(tier);
  how.beside = beside;
  how.finer_light = tier.mode != Mode::kFast;  // costs 4 % of its time
  if (beside) how.nets = &coarse_nets;
  const TrackedFusion with{track->memories, how, pool, fuse, trace};
  FusionReport report;
  report.mode = tier.mode, report.network = tier.name;
  report.missing = std::move(analysis.missing);
  MIEN_ASSIGN(report.faces, fuse_tracked(analysis, cast, options, with, image.mutable_view()));
  const int fused = report.fused_count();
  // A stream that carries the mark carries it on every frame, or it would flicker.
  PixelRect mark_at;
  if (options.visible_mark && options.strength > 0) mark_at = draw_visible_mark(image.mutable_view());
  const bool mark = !mark_at.empty();
  std::vector<PixelRect>& changed = FusedImageAccess::changed(*out);
  changed = fuse.painted;
  if (mark) changed.push_back(mark_at);
  FusedImageAccess::provenance(*out) = {fused > 0, fused, engine_version(),
                                        fused > 0 ? parts->labels(tier) : std::vector<std::string>{}, mark};
  earlier.add_to(&FusedImageAccess::provenance(*out));
  report.stages = stage_reports(trace);
  return report;
}

void Session::State::look_ahead(const std::function<std::optional<StreamFrame>()>& next,
                                std::span<const Casting> cast, const FusionOptions& options,
                                FaceTracker::State* track) {
  std::optional<StreamFrame> frame;
  Result<FrameAnalysis> analysis = guarded([&]() -> Result<FrameAnalysis> {
    frame = next();
    return frame ? analyse_next(*frame, cast, options, track) : FrameAnalysis();
  });
  if (!frame && analysis.ok()) return;
  track->ahead.emplace(
      FaceTracker::State::Ahead{frame.value_or(StreamFrame()), options, std::move(analysis)});
}

Result<FusionReport> Session::fuse_next(ImageView frame, double seconds, FaceTracker& tracker,
                                        std::span<const Casting> cast, const FusionOptions& options,
                                        FusedImage& out, const LookAhead& ahead) {
  FaceTracker::State& track = tracker.state();
  auto now = std::exchange(track.ahead, std::nullopt);  // it is this call's, or nobody's
  auto done = guarded([&]() -> Result<FusionReport> {
    State& s = *state_;
    MIEN_TRY(validate_cast(cast, s.parts->identity != nullptr));
    MIEN_TRY(frame.validate());
    MIEN_TRY(validate_for_streams(options));
    if (!now) {
      const StreamFrame given{frame, seconds};
      now.emplace(FaceTracker::State::Ahead{given, options, s.analyse_next(given, cast, options, &track)});
    }
    MIEN_ASSIGN(FrameAnalysis analysis, std::move(now->analysis));
    if (now->frame.picture.data != frame.data || now->frame.seconds != seconds)
      return Status(Code::kInvalidArgument, "the frame at " + std::to_string(seconds) +
                                                " s was given, expected that at " +
                                                std::to_string(now->frame.seconds) +
                                                " s: LookAhead::next had given it as the next one");
    std::optional<ThreadPool::Beside> beside;
    if (ahead.next && s.pool.threads() > 1)
      beside.emplace(s.pool, [&] { s.look_ahead(ahead.next, cast, options, &track); });
    if (beside && track.analysis.is_slow()) beside->start();
    MIEN_ASSIGN(FusionReport report, s.fuse_analysed(std::move(analysis), frame, cast, now->options,
                                                     beside ? &*beside : nullptr, &track, &out));
    if (ahead.finished) ahead.finished(report);
    if (beside) beside->finish();
    return report;
  });
  if (!done.ok()) FusedImageAccess::clear(out);
  return done;
}

}  // namespace mien
