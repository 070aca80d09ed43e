// photo -> faces -> the largest -> regions, identity -> texture + shape
#pragma once

#include "fuse/texture.h"
#include "mien/engine.h"
#include "pipeline/find_faces.h"

namespace mien {

struct Source::Content {
  Face face;
  FaceQuality quality;
  SourceTexture texture;
  ShapeFit shape;
  std::optional<Identity> identity;
  int photo_count = 1;
  bool glasses_taken_off = false;  // known while photos are merged, not of a source that was unpacked
  std::vector<std::string> warnings;
};

using ContentPtr = std::shared_ptr<const Source::Content>;

// All that networks say about a source photo: what is needed to enrol it again without them.
struct SourceAnalysis {
  Face face;
  std::optional<RegionMap> regions;
  std::optional<UncoveredFace> uncovered;  // when something covers the face
  std::optional<Identity> identity;
};

// kNoFace with a sentence that says what to do when there is no face.
Result<SourceAnalysis> analyse_source(ImageView photo, const FaceNetworks& networks, FindScratch& scratch,
                                      Trace& trace);

// Runs no network. kNoFace when the quality gate refuses the face.
Result<ContentPtr> make_source(ImageView photo, const SourceAnalysis& analysis, const FaceModel& model,
                               Trace& trace);

// Both.
Result<ContentPtr> enrol(ImageView photo, const FaceNetworks& networks, FindScratch& scratch, Trace& trace);

}  // namespace mien
