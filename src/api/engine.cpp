#include "mien/engine.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "api/engine_parts.h"
#include "api/enrol_file.h"
#include "core/try.h"

namespace mien {
namespace {

constexpr int kMostThreads = 64;
constexpr int kLeastResolution = 64, kMostResolution = 1024;

std::string model_label(const NetworkSpec& spec) {
  return spec.name + ":" + spec.weights.sha256.substr(0, 8);
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

// Null where hd cannot be asked for, and without the network that it was trained behind.
Result<std::shared_ptr<const Refinement>> load_refinement(const ModelFolder& folder,
                                                          const EngineOptions& options) {
  const auto& networks = folder.manifest().networks;
  const auto found = networks.find("refine");
  if (!(options.every_mode || options.mode == Mode::kHd) || found == networks.end() ||
      !networks.contains("fuse_base"))
    return std::shared_ptr<const Refinement>();
  MIEN_ASSIGN(RefineNet net, RefineNet::load(folder, options.threads));
  Refinement out{std::move(net), model_label(found->second)};
  if (options.every_mode) {
    MIEN_ASSIGN(out.ms, time_network(folder, found->first, options.threads));
  }
  return std::make_shared<const Refinement>(std::move(out));
}

}  // namespace

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
  if (faces == FaceChoice::kNear && !(std::isfinite(near.x) && std::isfinite(near.y))) {
    return Status(Code::kInvalidArgument, "the point near the face is " + std::to_string(near.x) + ", " +
                                              std::to_string(near.y) +
                                              ", expected two finite numbers, in pixels of the picture");
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
    MIEN_ASSIGN(auto refinement, load_refinement(folder, options));
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
    return Engine(std::make_shared<const Parts>(Parts{options, std::move(weights), std::move(identity),
                                                      std::move(uncover), nullptr, std::move(refinement)}));
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
  if (parts_->refinement) out.push_back(parts_->refinement->label);
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

const char* engine_version() { return MIEN_VERSION; }

}  // namespace mien
