#include "pipeline/coarse_budget.h"

namespace mien {
namespace {

// Of the time that a face takes up to its network: tone, blending and pasting afterwards, and what brings the
// face before the network and back.
constexpr double kTailShare = 0.5;

}  // namespace

std::size_t best_within(double budget_ms, double passed_ms, double face_ms, int faces,
                        std::span<const CoarseOption> options) {
  const double others = faces > 1 ? faces - 1 : 0;
  for (std::size_t i = options.size(); i-- > 1;) {
    const double expected =
        passed_ms + others * face_ms + (others + 1) * (options[i].ms + kTailShare * face_ms);
    if (expected <= budget_ms) return i;
  }
  return 0;
}

const CoarseOption& CoarseBudget::choose() {
  const auto since = [now = Clock::now()](Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(now - start).count();
  };
  if (!chosen_) chosen_ = best_within(budget_ms_, since(began_), since(faces_began_), faces_, options_);
  return options_[*chosen_];
}

}  // namespace mien
