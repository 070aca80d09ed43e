// The refine network of hd: once the coarse network's answer is part of the fused face, it looks at that face
// with two or four times the coarse network's resolution, adds light and moves the mask's edge.
#pragma once

#include "fuse/coarse.h"

namespace mien {

// Pixels across its crop, which is the coarse networks': it shows the same part of the picture.
inline constexpr int kRefineSize = 256, kRefineLargeSize = 512;

// Whose crop on the canvas is wider than so many times 256 pixels is looked at with 512.
inline constexpr float kRefineLargeFrom = 1.75f;

// The size for a face in canvas pixels: 512 takes four times as long, and of a smaller face would mostly show
// pixels that interpolation made up. With --resolution 256 no face is wider than 256 pixels on the canvas; its
// crop is 1.5 to 1.7 times as wide as the face, so 256 serves.
int refine_size(const Mesh& fused);

class RefineNet {
 public:
  static Result<RefineNet> load(const ModelFolder& folder, int threads);

  // Improves `relit` and `alpha` (the scene's own, with the coarse network's answer) in place. size: pixels
  // across the crop, a multiple of 32; refine_size() says which.
  Done run(const CoarseScene& scene, int size, CoarseScratch& scratch, NetScratch& net_scratch,
           PlanarRgb* relit, Plane* alpha) const;

 private:
  RefineNet(Net net, float residual_kept) : net_(std::move(net)), residual_kept_(residual_kept) {}
  Net net_;
  float residual_kept_ = 0;
};

}  // namespace mien
