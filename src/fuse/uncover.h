// The network that takes glasses, strands and other thin covers off a source's face.
#pragma once

#include <array>
#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/resample.h"
#include "face/region_map.h"
#include "fuse/covers.h"
#include "mien/face.h"
#include "model/net.h"

namespace mien {

struct UncoverScratch {
  PlanarRgb pixels, painted, smooth;
  Plane cover, glasses, oval, share, features, weight, beside, blurred, blurred_weight;
  std::vector<float> line;
  Tensor input, answer;
};

// Whether what the uncover network takes for glasses are some. suspected: glasses_score() of what the region
// network sees; score: of what this one sees; area: of that, in the face's width squared; face_luma: of what
// is bare of the face, 0..255.
bool look_like_glasses(float suspected, float score, float area, float face_luma);

class UncoverNet {
 public:
  static Result<UncoverNet> load(const ModelFolder& folder, int threads);

  // The face of the photo without what covers it; nullopt when nothing does. mesh, regions: of the photo.
  // The network is told where the face is covered, never by what; clear glasses it finds itself.
  Result<std::optional<UncoveredFace>> run(ImageView photo, const Mesh& mesh, const RegionMap& regions,
                                           UncoverScratch& scratch, NetScratch& net_scratch) const;

  // Where clear glasses hide, shade or light the face; nullopt when nobody wears any.
  Result<std::optional<FineMask>> find_glasses(ImageView photo, const Mesh& mesh, const RegionMap& regions,
                                               UncoverScratch& scratch, NetScratch& net_scratch) const;

  // Whether find_glasses() would ask the network at all: what the region network suspects; cheap.
  static bool may_wear_glasses(const Mesh& mesh, const RegionMap& regions, UncoverScratch& scratch);

 private:
  // What the region network says of clear glasses.
  struct Suspicion {
    float score = 0;            // glasses_score()
    bool may_wear = false;      // worth asking
    bool surely_wears = false;  // alone
  };
  // What the network sees, in the scratch.
  struct Look : Suspicion {
    bool covered = false;        // by hair or things
    bool shows_glasses = false;  // nothing around the eyes is hidden from the network
    Affine crop_from_photo;
    Image crop;
    std::array<float, 3> mean{};  // stands for covered pixels, 0..255
  };
  static Suspicion suspect(const Mesh& mesh, const RegionMap& regions, UncoverScratch& scratch);
  Look first_look(const Mesh& mesh, const RegionMap& regions, UncoverScratch& scratch) const;
  void prepare(ImageView photo, const Mesh& mesh, const RegionMap& regions, UncoverScratch& scratch,
               Look* look) const;
  // -> whether clear glasses are worn; scratch.glasses and scratch.answer are set.
  Result<bool> ask(const Look& look, const Mesh& mesh, UncoverScratch& scratch,
                   NetScratch& net_scratch) const;

  explicit UncoverNet(Net net) : net_(std::move(net)) {}
  Net net_;
  float span_ = 0;
};

// The network of a models folder, loaded when it is first needed: most clips show nobody with glasses.
// Threads may share it.
class LateUncoverNet {
 public:
  LateUncoverNet(std::filesystem::path models, int threads) : models_(std::move(models)), threads_(threads) {}
  Result<const UncoverNet*> get() const;

 private:
  std::filesystem::path models_;
  int threads_;
  mutable std::once_flag loaded_;
  mutable std::optional<Result<UncoverNet>> net_;
};

}  // namespace mien
