#include "pipeline/coarse_budget.h"

namespace mien {
namespace {

// Of the time that a face takes up to its network: tone, blending and pasting afterwards, and what brings the
// face before the network and back.
constexpr double kTailShare = 0.5;

}  // namespace

std::size_t best_within(double budget_ms, double passed_ms, double face_ms, int faces,
                        std::span<const CoarseOption> options, int refine_size) {
  const double others = faces > 1 ? faces - 1 : 0;
  const double side = static_cast<double>(refine_size) / kRefineSize;
  for (std::size_t i = options.size(); i-- > 1;) {
    const double networks = options[i].ms + side * side * options[i].refine_ms;
    const double expected = passed_ms + others * face_ms + (others + 1) * (networks + kTailShare * face_ms);
    if (expected <= budget_ms) return i;
  }
  return 0;
}

const CoarseOption& CoarseBudget::choose(int refine_size) {
  const auto since = [now = Clock::now()](Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(now - start).count();
  };
  if (!chosen_)
    chosen_ = best_within(budget_ms_, since(began_), since(faces_began_), faces_, options_, refine_size);
  return options_[*chosen_];
}

}  // namespace mien
