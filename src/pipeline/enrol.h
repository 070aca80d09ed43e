// photo -> faces -> the largest -> texture + shape
#pragma once

#include "fuse/texture.h"
#include "mien/engine.h"
#include "pipeline/find_faces.h"

namespace mien {

struct Source::Content {
  Face face;
  SourceTexture texture;
  ShapeFit shape;
  std::vector<std::string> warnings;
};

// kNoFace with a sentence that says what to do when no face can be used.
Result<std::shared_ptr<const Source::Content>> enrol(ImageView photo, const FaceNetworks& networks, FindScratch& scratch, Trace& trace);

// The smallest face that is fused or enrolled, in pixels of its box.
inline constexpr float kSmallestFacePx = 32;

}  // namespace mien
