#include "mien/engine.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "api/enrol_file.h"
#include "api/face_tracker.h"
#include "api/fused_image_access.h"
#include "api/periods.h"
#include "core/bound_thread.h"
#include "core/thread_pool.h"
#include "core/try.h"
#include "media/visible_mark.h"
#include "pipeline/fuse_frame.h"
#include "pipeline/fuse_tracked.h"
#include "pipeline/merge_sources.h"

namespace mien {
namespace {

constexpr int kMostThreads = 64;
constexpr int kLeastResolution = 64, kMostResolution = 1024;

// A mode and the network that makes it.
struct CoarseTier {
  Mode mode = Mode::kBalanced;
  std::string name, label;  // empty: without a network
  std::optional<CoarseNet> net;
  double ms = 0;  // of one run on this machine; 0: not asked for
};

std::string model_label(const NetworkSpec& spec) {
  return spec.name + ":" + spec.weights.sha256.substr(0, 8);
}

std::vector<StageReport> stage_reports(const Trace& trace) {
  std::vector<StageReport> out;
  for (const StageTime& s : trace.stages())
    out.push_back({s.stage, static_cast<double>(s.duration_us) / 1000});
  return out;
}

// The mode's own network, or the best of those below that the folder has; empty when there is none.
std::string coarse_name_for(Mode mode, const Manifest& manifest) {
  constexpr std::array<const char*, 3> kNames = {"fuse_tiny", "fuse_small", "fuse_base"};
  for (int tier = static_cast<int>(mode); tier >= 0; --tier) {
    if (manifest.networks.contains(kNames.at(tier))) return kNames.at(tier);
  }
  return "";
}

// Milliseconds of one run, the shorter of two: the first one gets its memory.
Result<double> time_network(const ModelFolder& folder, const std::string& name, int threads) {
  MIEN_ASSIGN(const Net net, Net::load(folder, name, threads));
  Tensor input;
  input.resize(net.spec().input.channels, net.spec().input.height, net.spec().input.width);
  std::vector<Tensor> outputs(net.spec().outputs.size());
  NetScratch scratch;
  double shortest = 1e9;
  for (int run = 0; run < 2; ++run) {
    const auto start = std::chrono::steady_clock::now();
    MIEN_TRY(net.run(input, outputs, scratch));
    const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - start;
    shortest = std::min(shortest, passed.count());
  }
  return shortest;
}

Result<CoarseTier> load_tier(const ModelFolder& folder, Mode mode, const EngineOptions& options) {
  CoarseTier out;
  out.mode = mode, out.name = coarse_name_for(mode, folder.manifest());
  if (out.name.empty()) return out;
  out.label = model_label(folder.manifest().networks.at(out.name));
  MIEN_ASSIGN(out.net, CoarseNet::load(folder, out.name, options.threads));
  if (options.every_mode) {
    MIEN_ASSIGN(out.ms, time_network(folder, out.name, options.threads));
  }
  return out;
}

// The engine's own mode, or all that differ from the one below.
Result<std::vector<CoarseTier>> load_tiers(const ModelFolder& folder, const EngineOptions& options) {
  std::vector<CoarseTier> out;
  const std::vector<Mode> wanted = options.every_mode
                                       ? std::vector<Mode>{Mode::kFast, Mode::kBalanced, Mode::kHd}
                                       : std::vector<Mode>{options.mode};
  for (const Mode mode : wanted) {
    if (!out.empty() && coarse_name_for(mode, folder.manifest()) == out.back().name) continue;
    MIEN_ASSIGN(CoarseTier tier, load_tier(folder, mode, options));
    out.push_back(std::move(tier));
  }
  return out;
}

// Third-party code may throw (memory, mostly): nothing leaves the library that way.
template <class Function>
auto guarded(Function&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return Status(Code::kLimit, "out of memory; use a smaller picture or close other programs");
  } catch (const std::exception& e) {
    return Status(Code::kInternal, std::string("unexpected error: ") + e.what());
  }
}

}  // namespace

struct Engine::Parts {
  // What every engine of the same models folder has.
  struct Weights {
    Detector detector;
    MeshNet mesh;
    FaceModel model;
    std::optional<ParseNet> parse;  // without weights the flow still works
    std::vector<CoarseTier> tiers;  // the simplest first, at least one; likewise
    std::string identity_label;     // which weights; empty: none
    std::vector<std::string> labels;
  };
  EngineOptions options;
  std::shared_ptr<const Weights> weights;
  std::shared_ptr<const IdentityNet> identity;  // null without weights, or where it is not needed
  std::shared_ptr<const UncoverNet> uncover;    // likewise
  std::shared_ptr<const LateUncoverNet> late_uncover = nullptr;  // of engines for streams

  const FaceModel& model() const { return weights->model; }
  const std::vector<CoarseTier>& tiers() const { return weights->tiers; }
  FaceNetworks networks() const {
    const Weights& w = *weights;
    return {w.detector,     w.mesh,        w.model,           w.parse ? &*w.parse : nullptr,
            identity.get(), uncover.get(), late_uncover.get()};
  }
  // The best one up to `mode`.
  const CoarseTier& tier(Mode mode) const {
    const auto above =
        std::find_if(tiers().begin(), tiers().end(), [mode](const CoarseTier& t) { return t.mode > mode; });
    return above == tiers().begin() ? tiers().front() : *std::prev(above);
  }
  // Up to `mode`, as CoarseBudget wants them.
  std::vector<CoarseOption> options_up_to(Mode mode) const {
    std::vector<CoarseOption> out;
    for (const CoarseTier& t : tiers()) {
      if (out.empty() || t.mode <= mode) out.push_back({t.mode, t.net ? &*t.net : nullptr, t.ms});
    }
    return out;
  }
  // What a picture fused in this mode was made with.
  std::vector<std::string> labels(const CoarseTier& tier) const {
    std::vector<std::string> out = weights->labels;
    if (!tier.label.empty()) out.push_back(tier.label);
    return out;
  }
};

struct Session::State {
  explicit State(std::shared_ptr<const Engine::Parts> p)
      : parts(std::move(p)), pool(parts->options.threads) {}
  std::shared_ptr<const Engine::Parts> parts;
  ThreadPool pool;
  FindScratch find;
  FuseScratch fuse;
  CoarseScratch coarse;
  Trace trace;

  FusionParts fusion_parts(const CoarseTier& tier) {
    return {parts->model(), tier.net ? &*tier.net : nullptr, &coarse, &find.nets};
  }
};

Done EngineOptions::validate() const {
  if (threads < 1 || threads > kMostThreads) {
    return Status(Code::kInvalidArgument, "threads is " + std::to_string(threads) + ", expected 1 to " +
                                              std::to_string(kMostThreads));
  }
  return {};
}

Done FusionOptions::validate() const {
  if (!(strength >= 0 && strength <= 1))
    return Status(Code::kInvalidArgument, "strength is " + std::to_string(strength) + ", expected 0 to 1");
  if (!(tone_strength >= 0 && tone_strength <= 1))
    return Status(Code::kInvalidArgument,
                  "tone strength is " + std::to_string(tone_strength) + ", expected 0 to 1");
  if (!(tone_threshold >= 0 && tone_threshold <= 100))
    return Status(Code::kInvalidArgument,
                  "tone threshold is " + std::to_string(tone_threshold) + ", expected 0 to 100");
  if (resolution != 0 && !(resolution >= kLeastResolution && resolution <= kMostResolution))
    return Status(Code::kInvalidArgument, "the resolution is " + std::to_string(resolution) +
                                              " pixels across a face, expected " +
                                              std::to_string(kLeastResolution) + " to " +
                                              std::to_string(kMostResolution) + ", or 0 for its own");
  if (budget_ms && !(*budget_ms > 0))
    return Status(Code::kInvalidArgument,
                  "the time budget is " + std::to_string(*budget_ms) + " ms, expected more than 0");
  if (faces == FaceChoice::kNumber && face_number < 1) {
    return Status(Code::kInvalidArgument,
                  "face number is " + std::to_string(face_number) + ", expected 1 or more");
  }
  if (!(min_similarity >= -1 && min_similarity <= 1)) {
    return Status(Code::kInvalidArgument,
                  "the smallest similarity is " + std::to_string(min_similarity) + ", expected -1 to 1");
  }
  return {};
}

int FusionReport::fused_count() const {
  return static_cast<int>(
      std::count_if(faces.begin(), faces.end(), [](const FaceReport& f) { return f.fused; }));
}

const Face& Source::face() const { return content_->face; }
const std::vector<std::string>& Source::warnings() const { return content_->warnings; }
const std::optional<Identity>& Source::identity() const { return content_->identity; }
int Source::photo_count() const { return content_->photo_count; }

Result<Engine> Engine::create(const EngineOptions& options) {
  MIEN_TRY(options.validate());
  return guarded([&]() -> Result<Engine> {
    MIEN_ASSIGN(const ModelFolder folder, ModelFolder::open(options.models_folder));
    MIEN_ASSIGN(Detector detector, Detector::load(folder, options.threads, options.low_light));
    MIEN_ASSIGN(MeshNet mesh, MeshNet::load(folder, options.threads, options.low_light));
    MIEN_ASSIGN(const AssetSpec* asset, folder.asset("face_model"));
    MIEN_ASSIGN(const std::vector<std::uint8_t> bytes, folder.read("face_model", asset->file));
    MIEN_ASSIGN(FaceModel model, FaceModel::parse(bytes));
    std::optional<ParseNet> parse;
    if (folder.manifest().networks.contains("parse")) {
      MIEN_ASSIGN(parse, ParseNet::load(folder, options.threads, options.low_light));
    }
    MIEN_ASSIGN(std::vector<CoarseTier> tiers, load_tiers(folder, options));
    std::shared_ptr<const IdentityNet> identity;
    std::string identity_label;
    if (const auto found = folder.manifest().networks.find("identity");
        found != folder.manifest().networks.end()) {
      MIEN_ASSIGN(IdentityNet net, IdentityNet::load(folder, options.threads));
      identity = std::make_shared<const IdentityNet>(std::move(net));
      identity_label = model_label(found->second);
    }
    std::shared_ptr<const UncoverNet> uncover;
    if (folder.manifest().networks.contains("uncover")) {
      MIEN_ASSIGN(UncoverNet net, UncoverNet::load(folder, options.threads));
      uncover = std::make_shared<const UncoverNet>(std::move(net));
    }
    std::vector<std::string> labels;
    for (const char* name : {"detect", "mesh", "parse", "uncover"}) {
      const auto found = folder.manifest().networks.find(name);
      if (found != folder.manifest().networks.end()) labels.push_back(model_label(found->second));
    }
    auto weights = std::make_shared<const Parts::Weights>(
        Parts::Weights{std::move(detector), std::move(mesh), std::move(model), std::move(parse),
                       std::move(tiers), identity_label, std::move(labels)});
    return Engine(std::make_shared<const Parts>(
        Parts{options, std::move(weights), std::move(identity), std::move(uncover)}));
  });
}

Engine Engine::for_streams(bool by_reference) const {
  std::shared_ptr<const LateUncoverNet> late;
  if (parts_->uncover)
    late = std::make_shared<const LateUncoverNet>(parts_->options.models_folder, parts_->options.threads);
  return Engine(std::make_shared<const Parts>(Parts{parts_->options, parts_->weights,
                                                    by_reference ? parts_->identity : nullptr, nullptr,
                                                    std::move(late)}));
}

const std::string& Engine::fusion_network() const { return parts_->tier(parts_->options.mode).name; }

std::vector<Mode> Engine::modes() const {
  std::vector<Mode> out;
  for (const CoarseTier& tier : parts_->tiers()) out.push_back(tier.mode);
  return out;
}

std::vector<std::string> Engine::networks() const {
  std::vector<std::string> out = parts_->weights->labels;
  for (const CoarseTier& tier : parts_->tiers()) {
    if (!tier.label.empty()) out.push_back(tier.label);
  }
  return out;
}

bool Engine::knows_identities() const { return parts_->identity != nullptr; }

Result<std::vector<std::uint8_t>> Engine::pack(const Source& source) const {
  return guarded([&] { return pack_source(source.content(), parts_->weights->identity_label); });
}

Result<Source> Engine::unpack(std::span<const std::uint8_t> bytes) const {
  return guarded([&]() -> Result<Source> {
    MIEN_ASSIGN(auto content, unpack_source(bytes, parts_->model(), parts_->weights->identity_label));
    return Source(std::move(content));
  });
}

bool looks_like_packed_source(std::span<const std::uint8_t> bytes) { return has_magic(kSourceKind, bytes); }

Session Engine::open_session() const { return Session(std::make_unique<Session::State>(parts_)); }

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

namespace {

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

}  // namespace

Result<FusionReport> Session::fuse(ImageView frame, const Source& source, const FusionOptions& options,
                                   FusedImage& out) {
  const Casting only{&source, nullptr};
  return fuse(frame, {&only, 1}, options, out);
}

Result<FusionReport> Session::fuse(ImageView frame, std::span<const Casting> cast,
                                   const FusionOptions& options, FusedImage& out) {
  MIEN_TRY(frame.validate());
  MIEN_TRY(options.validate());
  MIEN_TRY(validate_cast(cast, state_->parts->identity != nullptr));
  return guarded([&]() -> Result<FusionReport> {
    State& s = *state_;
    const Engine::Parts& parts = *s.parts;
    s.trace.clear();
    Image& image = FusedImageAccess::image(out);
    image = Image::copy_of(frame);
    const Mode wanted = options.mode.value_or(parts.options.mode);
    FusionParts with = s.fusion_parts(parts.tier(wanted));
    std::optional<CoarseBudget> budget;
    if (options.budget_ms) with.budget = &budget.emplace(*options.budget_ms, parts.options_up_to(wanted));
    MIEN_ASSIGN(FusionReport report, fuse_frame(frame, cast, options, parts.networks(), with, s.pool, s.find,
                                                s.fuse, s.trace, image.mutable_view()));
    const CoarseTier& tier = parts.tier(budget ? budget->chosen().mode : wanted);
    report.mode = tier.mode, report.network = tier.name;
    const int fused = report.fused_count();
    const bool mark = options.visible_mark && fused > 0 && !draw_visible_mark(image.mutable_view()).empty();
    FusedImageAccess::provenance(out) = {fused > 0, fused, engine_version(),
                                         fused > 0 ? parts.labels(tier) : std::vector<std::string>{}, mark};
    report.stages = stage_reports(s.trace);
    return report;
  });
}

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

const char* engine_version() { return MIEN_VERSION; }

}  // namespace mien
