// The insides of Engine and Session.
#pragma once

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/face_tracker.h"
#include "core/thread_pool.h"
#include "mien/engine.h"
#include "pipeline/coarse_budget.h"
#include "pipeline/find_faces.h"
#include "pipeline/fuse_face.h"

namespace mien {

// A mode and the network that makes it.
struct CoarseTier {
  Mode mode = Mode::kBalanced;
  std::string name, label;  // empty: without a network
  std::optional<CoarseNet> net;
  double ms = 0;  // of one run on this machine; 0: not asked for
};

// What hd has beside its tier's network, for photos.
struct Refinement {
  RefineNet net;
  std::string label;
  double ms = 0;  // of one look at kRefineSize; 0: not asked for
};

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
  std::shared_ptr<const Refinement> refinement = nullptr;        // null without weights, hd, or for streams

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
  // What a photo in this mode is refined with, or null.
  const Refinement* refinement_of(Mode mode) const { return mode == Mode::kHd ? refinement.get() : nullptr; }
  // Up to `mode`, as CoarseBudget wants them.
  std::vector<CoarseOption> options_up_to(Mode mode) const {
    std::vector<CoarseOption> out;
    for (const CoarseTier& t : tiers()) {
      if (!out.empty() && t.mode > mode) continue;
      CoarseOption& option = out.emplace_back();
      option.mode = t.mode, option.net = t.net ? &*t.net : nullptr, option.ms = t.ms;
      if (const Refinement* more = refinement_of(t.mode))
        option.refine = &more->net, option.refine_ms = more->ms;
    }
    return out;
  }
  // What a picture fused in this mode was made with. more: of photos that were refined; or null.
  std::vector<std::string> labels(const CoarseTier& tier, const Refinement* more = nullptr) const {
    std::vector<std::string> out = weights->labels;
    if (!tier.label.empty()) out.push_back(tier.label);
    if (more) out.push_back(more->label);
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
  NetScratch coarse_nets;  // in the place of find.nets, while another thread uses that one
  Trace trace;

  // more: for photos; or null.
  FusionParts fusion_parts(const CoarseTier& tier, const Refinement* more = nullptr) {
    return {parts->model(), tier.net ? &*tier.net : nullptr, more ? &more->net : nullptr, &coarse,
            &find.nets};
  }
  // The halves of a stream's frame. Those of neighbouring frames may run at the same time: they share the
  // pool alone. beside: another thread's task meanwhile, or null.
  Result<FrameAnalysis> analyse_next(const StreamFrame& frame, std::span<const Casting> cast,
                                     const FusionOptions& options, FaceTracker::State* track);
  Result<FusionReport> fuse_analysed(FrameAnalysis analysis, ImageView frame, std::span<const Casting> cast,
                                     const FusionOptions& options, ThreadPool::Beside* beside,
                                     FaceTracker::State* track, FusedImage* out);
  // The first half of what `next` gives, into track->ahead.
  void look_ahead(const std::function<std::optional<StreamFrame>()>& next, std::span<const Casting> cast,
                  const FusionOptions& options, FaceTracker::State* track);
};

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

std::vector<StageReport> stage_reports(const Trace& trace);

// Who gets whom makes sense, and can be found out.
Done validate_cast(std::span<const Casting> cast, bool knows_identities);

}  // namespace mien
