#include "pipeline/mix_regions.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "fuse/fast_math.h"

namespace mien {
namespace {

constexpr float kNewShare = 0.3f, kClearlyNewShare = 0.9f, kSameTo = 0.2f, kClearlyNewFrom = 0.6f;

float new_share(float step) {
  return kNewShare + (kClearlyNewShare - kNewShare) * smoothstep(kSameTo, kClearlyNewFrom, step);
}

}  // namespace

void mix_with_earlier(const RegionMap& before, RegionMap* now) {
  const int w = now->probability.width, h = now->probability.height;
  thread_local std::array<Plane, kRegionClasses> known;
  thread_local Plane step;  // of the class that changed most
  step.resize(w, h), step.fill(0);
  for (int c = 0; c < kRegionClasses; ++c) {
    Plane& values = known[static_cast<std::size_t>(c)];
    before.sample({static_cast<RegionClass>(c)}, now->map_from_frame.inverse(), w, h, &values);
    const float* seen = now->probability.channel(c);
    for (std::size_t i = 0; i < values.size(); ++i)
      step.values[i] = std::max(step.values[i], std::abs(seen[i] - values.values[i]));
  }
  for (float& v : step.values) v = new_share(v);
  for (int c = 0; c < kRegionClasses; ++c) {
    const Plane& values = known[static_cast<std::size_t>(c)];
    float* seen = now->probability.channel(c);
    for (std::size_t i = 0; i < values.size(); ++i)
      seen[i] = values.values[i] + step.values[i] * (seen[i] - values.values[i]);
  }
}

void mix_with_earlier(const FineMask& before, FineMask* now) {
  thread_local Plane known;
  before.sample(now->mask_from_frame.inverse(), now->share.width, now->share.height, &known);
  for (std::size_t i = 0; i < known.size(); ++i) {
    const float step = now->share.values[i] - known.values[i];
    now->share.values[i] = known.values[i] + new_share(std::abs(step)) * step;
  }
}

}  // namespace mien
