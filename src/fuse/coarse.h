// The coarse fusion network: relights finely, fills in, seams.
#pragma once

#include <array>
#include <span>

#include "fuse/coarse_inputs.h"
#include "model/net.h"

namespace mien {

// What the networks of this input have in common; the refine network uses it, too.
//
// kModelRefused when the manifest's row says another size or number of outputs.
Done check_coarse_shape(const NetworkSpec& spec, int size, std::size_t outputs);
// Its parameter residual_kept, 0..1; kModelRefused when it is none.
Result<float> residual_kept_of(const NetworkSpec& spec);
// Normalises the input in place and runs the network; kInternal when a value of its answer is not finite.
Done ask_coarse_network(const Net& net, std::span<Tensor> outputs, Tensor* input, NetScratch& scratch);

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
