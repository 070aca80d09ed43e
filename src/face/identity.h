// The network that tells people apart.
#pragma once

#include <array>

#include "core/resample.h"
#include "mien/face.h"
#include "mien/identity.h"
#include "mien/image.h"
#include "model/net.h"

namespace mien {

struct IdentityScratch {
  PlanarRgb pixels;
  Tensor input;
  std::array<Tensor, 1> outputs;
};

class IdentityNet {
 public:
  // kModelRefused when the manifest lacks the template: five points as shares of the crop's side.
  static Result<IdentityNet> load(const ModelFolder& folder, int threads);

  // Looks at the face through a crop that brings its five points (of the mesh) to the template.
  Result<Identity> run(ImageView frame, const Mesh& mesh, IdentityScratch& scratch,
                       NetScratch& net_scratch) const;

 private:
  explicit IdentityNet(Net net) : net_(std::move(net)) {}
  Net net_;
  std::array<Point2f, 5> template_px_{};  // crop pixels
};

// The similarity (turn, scale, shift; no mirroring) that takes `from` nearest to `to`, least squares. Points
// that coincide give scale 0.
Affine similarity_between(const std::array<Point2f, 5>& from, const std::array<Point2f, 5>& to);

}  // namespace mien
