// Photos.
#include "api/earlier_fusion.h"
#include "api/engine_parts.h"
#include "api/enrol_file.h"
#include "api/fused_image_access.h"
#include "core/try.h"
#include "media/visible_mark.h"
#include "pipeline/fuse_frame.h"
#include "pipeline/merge_sources.h"

namespace mien {

std::vector<StageReport> stage_reports(const Trace& trace) {
  std::vector<StageReport> out;
  for (const StageTime& s : trace.stages())
    out.push_back({s.stage, static_cast<double>(s.duration_us) / 1000});
  return out;
}

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Result<std::vector<Face>> Session::find_faces(ImageView picture) {
  MIEN_TRY(picture.validate());
  return guarded(
      [&] { return mien::find_faces(picture, state_->parts->networks(), state_->find, state_->trace); });
}

Result<std::vector<FaceInfo>> Session::describe_faces(ImageView picture, FaceOrder order) {
  MIEN_TRY(picture.validate());
  return guarded([&] {
    return mien::describe_faces(picture, order, state_->parts->networks(), state_->find, state_->trace);
  });
}

Result<Source> Session::enrol(ImageView photo) {
  MIEN_TRY(photo.validate());
  return guarded([&]() -> Result<Source> {
    MIEN_ASSIGN(auto content, mien::enrol(photo, state_->parts->networks(), state_->find, state_->trace));
    state_->find = {};  // frames have another size than the photo: memory of both would add up
    return Source(std::move(content));
  });
}

Result<Source> Session::enrol(std::span<const ImageView> photos) {
  if (photos.empty()) return Status(Code::kInvalidArgument, "no photo was given, expected at least one");
  for (const ImageView& photo : photos) MIEN_TRY(photo.validate());
  if (photos.size() == 1) return enrol(photos[0]);
  return guarded([&]() -> Result<Source> {
    std::vector<EnrolledPhoto> usable;
    std::vector<std::string> rejections;
    for (std::size_t i = 0; i < photos.size(); ++i) {
      const int number = static_cast<int>(i) + 1;
      auto content = mien::enrol(photos[i], state_->parts->networks(), state_->find, state_->trace);
      if (content.ok()) {
        usable.push_back({number, std::move(*content)});
      } else if (content.status().code() == Code::kNoFace) {
        rejections.push_back("photo " + std::to_string(number) +
                             " was left out: " + content.status().message());
      } else {
        return std::move(content.error());
      }
    }
    state_->find = {};
    if (usable.empty())
      return Status(Code::kNoFace, "none of the " + std::to_string(photos.size()) + " photos can be used; " +
                                       rejections.front());
    usable = without_strangers(std::move(usable), &rejections);
    const auto span = state_->trace.span("merge");
    return Source(merge_sources(usable, state_->parts->model(), state_->pool, std::move(rejections)));
  });
}

Result<std::vector<std::uint8_t>> Session::analyse(ImageView photo) {
  MIEN_TRY(photo.validate());
  return guarded([&]() -> Result<std::vector<std::uint8_t>> {
    MIEN_ASSIGN(const SourceAnalysis analysis,
                analyse_source(photo, state_->parts->networks(), state_->find, state_->trace));
    state_->find = {};
    return pack_analysis(analysis);
  });
}

Result<Source> Session::enrol(ImageView photo, std::span<const std::uint8_t> analysis) {
  MIEN_TRY(photo.validate());
  return guarded([&]() -> Result<Source> {
    MIEN_ASSIGN(const SourceAnalysis known, unpack_analysis(analysis));
    MIEN_ASSIGN(auto content, make_source(photo, known, state_->parts->model(), state_->trace));
    return Source(std::move(content));
  });
}

Done validate_cast(std::span<const Casting> cast, bool knows_identities) {
  int without_reference = 0;
  for (const Casting& casting : cast) {
    if (casting.source == nullptr)
      return Status(Code::kInvalidArgument, "an entry of the cast has no source");
    without_reference += casting.reference == nullptr;
    if (casting.reference != nullptr && !knows_identities) {
      return Status(Code::kModelRefused,
                    "people cannot be found by reference: the models folder has no network 'identity'; "
                    "install all models");
    }
  }
  if (cast.empty() || without_reference > 1) {
    return Status(Code::kInvalidArgument,
                  "the cast has " + std::to_string(cast.size()) + " entries and " +
                      std::to_string(without_reference) +
                      " without reference, expected at least one entry and at most one without");
  }
  return {};
}

Result<FusionReport> Session::fuse(ImageView frame, const Source& source, const FusionOptions& options,
                                   FusedImage& out) {
  const Casting only{&source, nullptr};
  return fuse(frame, {&only, 1}, options, out);
}

Result<FusionReport> Session::fuse(ImageView frame, std::span<const Casting> cast,
                                   const FusionOptions& options, FusedImage& out) {
  auto done = guarded([&]() -> Result<FusionReport> {
    State& s = *state_;
    const Engine::Parts& parts = *s.parts;
    MIEN_TRY(frame.validate());
    MIEN_TRY(options.validate());
    MIEN_TRY(validate_cast(cast, parts.identity != nullptr));
    s.trace.clear();
    const EarlierFusion earlier(&frame, out);
    Image& image = FusedImageAccess::image(out);
    image.assign(frame);
    FusedImageAccess::changed(out).assign(1, {0, 0, frame.width, frame.height});
    const Mode wanted = options.mode.value_or(parts.options.mode);
    const CoarseTier& best = parts.tier(wanted);
    FusionParts with = s.fusion_parts(best, parts.refinement_of(best.mode));
    std::optional<CoarseBudget> budget;
    if (options.budget_ms) with.budget = &budget.emplace(*options.budget_ms, parts.options_up_to(wanted));
    MIEN_ASSIGN(FusionReport report, fuse_frame(frame, cast, options, parts.networks(), with, s.pool, s.find,
                                                s.fuse, s.trace, image.mutable_view()));
    const CoarseTier& tier = parts.tier(budget ? budget->chosen().mode : wanted);
    const Refinement* refinement = parts.refinement_of(tier.mode);
    report.mode = tier.mode, report.network = tier.name + (refinement ? " + refine" : "");
    const int fused = report.fused_count();
    const bool mark = options.visible_mark && fused > 0 && !draw_visible_mark(image.mutable_view()).empty();
    FusedImageAccess::provenance(out) = {
        fused > 0, fused, engine_version(),
        fused > 0 ? parts.labels(tier, refinement) : std::vector<std::string>{}, mark};
    earlier.add_to(&FusedImageAccess::provenance(out));
    report.stages = stage_reports(s.trace);
    return report;
  });
  if (!done.ok()) FusedImageAccess::clear(out);
  return done;
}

}  // namespace mien
