// The regions of a stream's faces: looked at every few frames, between that the last look moves along with
// the face. Clear glasses are looked for in every other look, less often while none are seen.
#pragma once

#include <algorithm>
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

  // Whether some face will be looked at in the next frame.
  bool is_due() const {
    return std::any_of(looks_.begin(), looks_.end(), [](const Look& l) { return l.frames_to_next <= 0; });
  }

  // Forgets faces whose numbers are not among these.
  void keep(std::span<const int> numbers);

  // Maps are too large to be saved: the next frame is looked at anew, in a run that goes on as in one that is
  // taken up again.
  void forget() { looks_.clear(); }

 private:
  struct Look {
    int number = 0;
    int frames_to_next = 0;
    int looks_to_glasses = 0;  // at the regions, until glasses are looked for again
    int without_glasses = 0;   // looks for them in a row that saw none
    LevelSquare square;        // where the face was
    RegionMap map;
  };

  // Sets look->map.glasses.
  static Done look_for_glasses(ImageView frame, const Mesh& mesh, const FaceNetworks& networks,
                               FindScratch& scratch, Trace& trace, Look* look);

  std::vector<Look> looks_;
  int looks_made_ = 0;
};

}  // namespace mien
