// The network that tells what each pixel of a face is.
#pragma once

#include "core/resample.h"
#include "face/crop.h"
#include "face/low_light.h"
#include "face/region_map.h"
#include "mien/image.h"
#include "model/net.h"

namespace mien {

struct ParseScratch {
  PlanarRgb pixels;
  Tensor input;
};

class ParseNet {
 public:
  static Result<ParseNet> load(const ModelFolder& folder, int threads, LowLight low_light = LowLight::kAuto);

  // size_px: side of the crop, a multiple of 16; 0: the manifest's. 128 is fast, 192 is finer.
  Done run(ImageView frame, const LevelSquare& square, int size_px, ParseScratch& scratch,
           NetScratch& net_scratch, RegionMap* out) const;

 private:
  explicit ParseNet(Net net) : net_(std::move(net)) {}
  Net net_;
  float span_ = 0;
  LowLight low_light_ = LowLight::kAuto;
};

}  // namespace mien
