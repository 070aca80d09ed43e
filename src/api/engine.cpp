#include "mien/engine.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "api/face_tracker.h"
#include "api/fused_image_access.h"
#include "core/thread_pool.h"
#include "core/try.h"
#include "media/visible_mark.h"
#include "pipeline/enrol.h"
#include "pipeline/fuse_face.h"
#include "pipeline/fuse_tracked.h"

namespace mien {
namespace {

constexpr int kMostThreads = 64;
constexpr float kLargePoseGapDeg = 40;
constexpr float kMostCoveredShare = 0.45f;

std::string model_label(const NetworkSpec& spec) { return spec.name + ":" + spec.weights.sha256.substr(0, 8); }

float pose_gap(const Pose& a, const Pose& b) {
  // Roll is undone exactly, so it does not count.
  return std::max(std::abs(a.yaw_deg - b.yaw_deg), std::abs(a.pitch_deg - b.pitch_deg));
}

std::vector<StageReport> stage_reports(const Trace& trace) {
  std::vector<StageReport> out;
  for (const StageTime& s : trace.stages()) out.push_back({s.stage, static_cast<double>(s.duration_us) / 1000});
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
  EngineOptions options;
  Detector detector;
  MeshNet mesh;
  FaceModel model;
  std::optional<ParseNet> parse;    // without weights the flow still works
  std::optional<CoarseNet> coarse;  // likewise
  std::string coarse_name;
  std::vector<std::string> model_labels;
  FaceNetworks networks() const { return {detector, mesh, model, parse ? &*parse : nullptr}; }
};

struct Session::State {
  explicit State(std::shared_ptr<const Engine::Parts> p) : parts(std::move(p)), pool(parts->options.threads) {}
  std::shared_ptr<const Engine::Parts> parts;
  ThreadPool pool;
  FindScratch find;
  FuseScratch fuse;
  CoarseScratch coarse;
  Trace trace;

  FusionParts fusion_parts() {
    const bool with_network = parts->coarse.has_value();
    return {parts->model, with_network ? &*parts->coarse : nullptr, with_network ? &coarse : nullptr, with_network ? &find.nets : nullptr};
  }
};

Done EngineOptions::validate() const {
  if (threads < 1 || threads > kMostThreads) {
    return Status(Code::kInvalidArgument, "threads is " + std::to_string(threads) + ", expected 1 to " + std::to_string(kMostThreads));
  }
  return {};
}

Done FusionOptions::validate() const {
  if (!(strength >= 0 && strength <= 1)) return Status(Code::kInvalidArgument, "strength is " + std::to_string(strength) + ", expected 0 to 1");
  if (!(tone_strength >= 0 && tone_strength <= 1)) return Status(Code::kInvalidArgument, "tone strength is " + std::to_string(tone_strength) + ", expected 0 to 1");
  if (!(tone_threshold >= 0 && tone_threshold <= 100)) return Status(Code::kInvalidArgument, "tone threshold is " + std::to_string(tone_threshold) + ", expected 0 to 100");
  if (faces == FaceChoice::kNumber && face_number < 1) {
    return Status(Code::kInvalidArgument, "face number is " + std::to_string(face_number) + ", expected 1 or more, counted from the left");
  }
  return {};
}

int FusionReport::fused_count() const {
  return static_cast<int>(std::count_if(faces.begin(), faces.end(), [](const FaceReport& f) { return f.fused; }));
}

const Face& Source::face() const { return content_->face; }
const std::vector<std::string>& Source::warnings() const { return content_->warnings; }

Result<Engine> Engine::create(const EngineOptions& options) {
  MIEN_TRY(options.validate());
  return guarded([&]() -> Result<Engine> {
    MIEN_ASSIGN(const ModelFolder folder, ModelFolder::open(options.models_folder));
    MIEN_ASSIGN(Detector detector, Detector::load(folder, options.threads));
    MIEN_ASSIGN(MeshNet mesh, MeshNet::load(folder, options.threads));
    MIEN_ASSIGN(const AssetSpec* asset, folder.asset("face_model"));
    MIEN_ASSIGN(const std::vector<std::uint8_t> bytes, folder.read("face_model", asset->file));
    MIEN_ASSIGN(FaceModel model, FaceModel::parse(bytes));
    std::optional<ParseNet> parse;
    if (folder.manifest().networks.contains("parse")) {
      MIEN_ASSIGN(parse, ParseNet::load(folder, options.threads));
    }
    std::optional<CoarseNet> coarse;
    const std::string coarse_name = coarse_name_for(options.mode, folder.manifest());
    if (!coarse_name.empty()) {
      MIEN_ASSIGN(coarse, CoarseNet::load(folder, coarse_name, options.threads));
    }
    std::vector<std::string> labels;
    for (const std::string& name : {std::string("detect"), std::string("mesh"), std::string("parse"), coarse_name}) {
      const auto found = folder.manifest().networks.find(name);
      if (found != folder.manifest().networks.end()) labels.push_back(model_label(found->second));
    }
    return Engine(std::make_shared<const Parts>(Parts{options, std::move(detector), std::move(mesh), std::move(model), std::move(parse), std::move(coarse), coarse_name, std::move(labels)}));
  });
}

const std::string& Engine::fusion_network() const { return parts_->coarse_name; }

const std::vector<std::string>& Engine::networks() const { return parts_->model_labels; }

Session Engine::open_session() const { return Session(std::make_unique<Session::State>(parts_)); }

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Result<std::vector<Face>> Session::find_faces(ImageView picture) {
  MIEN_TRY(picture.validate());
  return guarded([&] { return mien::find_faces(picture, state_->parts->networks(), state_->find, state_->trace); });
}

Result<Source> Session::enrol(ImageView photo) {
  MIEN_TRY(photo.validate());
  return guarded([&]() -> Result<Source> {
    MIEN_ASSIGN(auto content, mien::enrol(photo, state_->parts->networks(), state_->find, state_->trace));
    state_->find = {};  // frames have another size than the photo: memory of both would add up
    return Source(std::move(content));
  });
}

namespace {

// Why this face is left alone; empty when it is to be fused.
std::string reason_to_skip(const FaceReport& report, const FusionOptions& options, int largest_number) {
  if (options.faces == FaceChoice::kLargest && report.number != largest_number) return "not chosen: not the largest face";
  if (options.faces == FaceChoice::kNumber && report.number != options.face_number) return "not chosen";
  if (report.face.box.width() < kSmallestFacePx) {
    return "the face is " + std::to_string(std::lround(report.face.box.width())) + " px wide, expected at least " +
           std::to_string(std::lround(kSmallestFacePx)) + "; move closer";
  }
  return "";
}

}  // namespace

Result<FusionReport> Session::fuse(ImageView frame, const Source& source, const FusionOptions& options, FusedImage& out) {
  MIEN_TRY(frame.validate());
  MIEN_TRY(options.validate());
  return guarded([&]() -> Result<FusionReport> {
    State& s = *state_;
    const Engine::Parts& parts = *s.parts;
    s.trace.clear();
    MIEN_ASSIGN(const std::vector<Face> faces, mien::find_faces(frame, parts.networks(), s.find, s.trace));
    if (options.faces == FaceChoice::kNumber && options.face_number > static_cast<int>(faces.size())) {
      return Status(Code::kNoFace, "face " + std::to_string(options.face_number) + " was asked for, but the target has " + std::to_string(faces.size()) +
                                       " (counted from the left)");
    }
    Image& image = FusedImageAccess::image(out);
    image = Image::copy_of(frame);
    FusionReport report;
    const int largest_number = largest_face(faces) + 1;
    for (std::size_t i = 0; i < faces.size(); ++i) {
      FaceReport one;
      one.number = static_cast<int>(i) + 1;
      one.face = faces[i];
      one.pose_gap_deg = pose_gap(faces[i].pose, source.face().pose);
      one.note = reason_to_skip(one, options, largest_number);
      if (one.note.empty() && options.strength > 0) {
        MIEN_ASSIGN(const std::optional<RegionMap> regions, find_regions(frame, faces[i].mesh, parts.networks(), s.find, s.trace));
        one.covered_share = regions ? covered_share(*regions, faces[i].mesh) : 0;
        if (one.covered_share > kMostCoveredShare) {
          one.note = std::to_string(std::lround(100 * one.covered_share)) + " % of the face is covered, expected at most " + std::to_string(std::lround(100 * kMostCoveredShare)) + " %; use a picture that shows more of it";
          report.faces.push_back(std::move(one));
          continue;
        }
        MIEN_TRY(fuse_face(source.content(), faces[i], regions ? &*regions : nullptr, s.fusion_parts(), options, s.pool, s.fuse, s.trace, image.mutable_view(), &one));
        one.fused = true;
        if (one.pose_gap_deg > kLargePoseGapDeg) one.note = "source and target look in directions that differ by " + std::to_string(std::lround(one.pose_gap_deg)) + " degrees; expect a weaker result";
      }
      report.faces.push_back(std::move(one));
    }
    const int fused = report.fused_count();
    const bool mark = options.visible_mark && fused > 0 && !draw_visible_mark(image.mutable_view()).empty();
    FusedImageAccess::provenance(out) = {fused > 0, fused, engine_version(), fused > 0 ? parts.model_labels : std::vector<std::string>{}, mark};
    report.stages = stage_reports(s.trace);
    return report;
  });
}

Result<FusionReport> Session::fuse_next(ImageView frame, double seconds, FaceTracker& tracker, const Source& source, const FusionOptions& options, FusedImage& out) {
  MIEN_TRY(frame.validate());
  MIEN_TRY(options.validate());
  return guarded([&]() -> Result<FusionReport> {
    State& s = *state_;
    const Engine::Parts& parts = *s.parts;
    FaceTracker::State& track = tracker.state();
    s.trace.clear();
    MIEN_ASSIGN(const std::vector<FollowedFace> faces, track.follower.next(frame, seconds, parts.networks(), s.find, s.trace));
    track.largest = largest_number(faces, track.largest);
    Image& image = FusedImageAccess::image(out);
    image.assign(frame);
    const TrackedFusion with{parts.networks(), s.fusion_parts(), s.pool, s.find, s.fuse, s.trace};
    FusionReport report;
    MIEN_ASSIGN(report.faces, fuse_tracked(frame, faces, source, options, track.largest, with, image.mutable_view()));
    const int fused = report.fused_count();
    // A stream that carries the mark carries it on every frame, or it would flicker.
    const bool mark = options.visible_mark && options.strength > 0 && !draw_visible_mark(image.mutable_view()).empty();
    FusedImageAccess::provenance(out) = {fused > 0, fused, engine_version(), fused > 0 ? parts.model_labels : std::vector<std::string>{}, mark};
    report.stages = stage_reports(s.trace);
    return report;
  });
}

const char* engine_version() { return MIEN_VERSION; }

}  // namespace mien
