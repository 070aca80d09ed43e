#include "pipeline/fuse_tracked.h"

#include "core/try.h"

namespace mien {
namespace {

constexpr int kLookPeriod = 4;          // frames from one measurement of contrast and grain to the next
constexpr float kLookSeconds = 0.125f;  // after which a measurement no longer serves

// What the frames before left behind of this face, ready for this frame.
FaceMemory& memory_for(const FaceAnalysis& one, const FrameAnalysis& analysis, FaceMemories* memories) {
  FaceMemory& memory = memories->of(one.report.number);
  memory.step_seconds = analysis.step_seconds, memory.steady = analysis.steady;
  memory.coarse = one.coarse;
  memory.relight.period = memory.texture.period = memory.grain.period =
      period_within(kLookPeriod, kLookSeconds, analysis.step_seconds);
  return memory;
}

}  // namespace

Result<std::vector<FaceReport>> fuse_tracked(const FrameAnalysis& analysis, std::span<const Casting> cast,
                                             const FusionOptions& options, const TrackedFusion& with,
                                             MutableImageView image) {
  std::vector<FaceReport> out;
  std::vector<int> fused;  // what is kept about a face is about the frame before
  for (const FaceAnalysis& one : analysis.faces)
    if (one.is_wanted) fused.push_back(one.report.number);
  with.memories.keep(fused);
  for (const FaceAnalysis& one : analysis.faces) {
    FaceReport& report = out.emplace_back(one.report);
    if (!one.is_wanted) continue;
    FusionOptions how = options;
    how.strength = one.strength;
    how.tone_strength = 0;  // a threshold that is crossed from frame to frame would flicker
    FusionParts parts = with.parts;
    parts.memory = &memory_for(one, analysis, &with.memories);
    const Source::Content& source = cast[static_cast<std::size_t>(report.casting)].source->content();
    MIEN_TRY(fuse_face({source, report.face, one.shape, one.regions ? &*one.regions : nullptr}, parts, how,
                       with.pool, with.fuse, with.trace, image, &report));
    report.fused = true;
  }
  return out;
}

}  // namespace mien
