// The regions of a stream's faces: looked at every few frames, between that the last look moves along with
// the face.
#pragma once

#include <vector>

#include "pipeline/find_faces.h"
#include "pipeline/follow_faces.h"

namespace mien {

class RegionFollower {
 public:
  // The regions around the face of this number; nullopt without weights. period: frames from one look to the
  // next, 1: every frame. side_px: of find_regions().
  Result<std::optional<RegionMap>> next(ImageView frame, int number, const Mesh& mesh, int period,
                                        int side_px, const FaceNetworks& networks, FindScratch& scratch,
                                        Trace& trace);

  // Forgets faces that are not among these.
  void keep(std::span<const FollowedFace> faces);

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(looks_);
  }

 private:
  struct Look {
    int number = 0;
    int frames_to_next = 0;
    LevelSquare square;  // where the face was
    RegionMap map;

    template <class Archive>
    void visit(Archive& archive) {
      Tensor& p = map.probability;
      archive(number, frames_to_next, square, map.map_from_frame, p.channels, p.height, p.width, p.values);
    }
  };

  std::vector<Look> looks_;
};

}  // namespace mien
