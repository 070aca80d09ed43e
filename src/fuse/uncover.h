// The network that paints what lies under glasses and strands in front of a source's face.
#pragma once

#include <optional>

#include "core/resample.h"
#include "face/region_map.h"
#include "fuse/covers.h"
#include "mien/face.h"
#include "model/net.h"

namespace mien {

struct UncoverScratch {
  PlanarRgb pixels;
  Plane cover, oval;
  Tensor input, answer;
};

class UncoverNet {
 public:
  static Result<UncoverNet> load(const ModelFolder& folder, int threads);

  // The face of the photo without what covers it; nullopt when nothing does. mesh, regions: of the photo.
  // The network is told where the face is covered, never by what.
  Result<std::optional<UncoveredFace>> run(ImageView photo, const Mesh& mesh, const RegionMap& regions,
                                           UncoverScratch& scratch, NetScratch& net_scratch) const;

 private:
  explicit UncoverNet(Net net) : net_(std::move(net)) {}
  Net net_;
  float span_ = 0;
};

}  // namespace mien
