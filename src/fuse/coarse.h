// The coarse fusion network: relights finely, fills in, seams.
#pragma once

#include <array>

#include "fuse/coarse_inputs.h"
#include "model/net.h"

namespace mien {

struct CoarseScratch {
  CoarseInputScratch input;
  CoarseCrop crop;
  std::array<Tensor, 2> outputs;
  CoarseAnswer answer;  // of the last run
};

class CoarseNet {
 public:
  // name: fuse_tiny, fuse_small or fuse_base; all have the same inputs and outputs.
  static Result<CoarseNet> load(const ModelFolder& folder, const std::string& name, int threads);

  // Improves `relit` and `alpha` (the scene's own) in place.
  Done run(const CoarseScene& scene, CoarseScratch& scratch, NetScratch& net_scratch, PlanarRgb* relit,
           Plane* alpha) const;

 private:
  explicit CoarseNet(Net net) : net_(std::move(net)) {}
  Net net_;
  CoarseLimits limits_;
};

}  // namespace mien
