// Which network a photo's faces get when time is short: the best one that fits what is left of a budget.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "fuse/coarse.h"
#include "fuse/refine.h"
#include "mien/engine.h"

namespace mien {

// One way to finish a face. net null: without a network.
struct CoarseOption {
  Mode mode = Mode::kFast;
  const CoarseNet* net = nullptr;
  double ms = 0;                      // that the network takes on this machine
  const RefineNet* refine = nullptr;  // runs after it; null: none does
  double refine_ms = 0;               // at kRefineSize
};

// Index of the best option with which everything is expected to be done within the budget; the simplest, 0,
// when none is. options: the simplest first. passed_ms: since the photo's beginning, up to where its first
// face needs the network; of these face_ms were this face's, and each other one will take as long again.
// refine_size: with which the refine network would look at it, and at the others.
std::size_t best_within(double budget_ms, double passed_ms, double face_ms, int faces,
                        std::span<const CoarseOption> options, int refine_size = kRefineSize);

// Decides once, when the first face is at that point: all faces of a photo get the same.
class CoarseBudget {
 public:
  using Clock = std::chrono::steady_clock;
  CoarseBudget(double budget_ms, std::vector<CoarseOption> options)
      : budget_ms_(budget_ms), options_(std::move(options)), began_(Clock::now()) {}

  void begin_faces(int faces) { faces_ = faces, faces_began_ = Clock::now(); }
  const CoarseOption& choose(int refine_size = kRefineSize);
  // What was chosen; the simplest before.
  const CoarseOption& chosen() const { return options_[chosen_.value_or(0)]; }

 private:
  double budget_ms_;
  std::vector<CoarseOption> options_;  // at least one
  Clock::time_point began_, faces_began_ = began_;
  int faces_ = 1;
  std::optional<std::size_t> chosen_;
};

}  // namespace mien
