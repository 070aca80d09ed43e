// The 478 points of one face.
#pragma once

#include "core/resample.h"
#include "face/crop.h"
#include "face/low_light.h"
#include "mien/face.h"
#include "mien/image.h"
#include "model/net.h"

namespace mien {

struct MeshLook {
  Mesh mesh{};  // frame pixels
  float presence = 0;
  std::array<float, kFaceRegions> visibility{};
};

struct MeshScratch {
  PlanarRgb pixels;
  Tensor input;
  std::array<Tensor, 2> outputs;
};

class MeshNet {
 public:
  static Result<MeshNet> load(const ModelFolder& folder, int threads, LowLight low_light = LowLight::kAuto);

  // One look at the face in `square` (not yet enlarged by the crop's span).
  Result<MeshLook> look(ImageView frame, const LevelSquare& square, MeshScratch& scratch,
                        NetScratch& net_scratch) const;
  // The same look at the mirrored crop, brought back. The mean of both is free of the network's bias to one
  // side.
  Result<MeshLook> look_mirrored(ImageView frame, const LevelSquare& square, MeshScratch& scratch,
                                 NetScratch& net_scratch) const;

 private:
  explicit MeshNet(Net net) : net_(std::move(net)) {}
  Result<MeshLook> run(ImageView frame, const LevelSquare& square, bool mirrored, MeshScratch& scratch,
                       NetScratch& net_scratch) const;

  Net net_;
  float span_ = 0;
  LowLight low_light_ = LowLight::kAuto;
};

// Mean of looks at the same face.
MeshLook mean_of(const MeshLook& a, const MeshLook& b);

}  // namespace mien
