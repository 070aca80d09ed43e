// What covers a stream's face. Found at every look at its regions; between two looks it moves along with the
// face, as the regions do.
#pragma once

#include <optional>

#include "face/region_map.h"

namespace mien {

struct CoverMemory {
  int look = 0;           // RegionMap::look; 0: nothing is held
  Affine map_from_frame;  // RegionMap's, of that look's frame
  MaskPair cover_and_skin;
  std::optional<bool> saw_clear_glasses;  // where things were there to be looked at
  float moustache = 0;                    // a grey one, 0..1
  bool saw_moustache = false;             // somebody looked for one

  // What a look says of it counts by a third: stubble that is grey now and then must not flicker.
  void see_moustache(float seen) {
    moustache = saw_moustache ? moustache + (seen - moustache) / 3 : seen;
    saw_moustache = true;
  }

  bool serves(const RegionMap& regions) const { return regions.look > 0 && regions.look == look; }

  // cover, skin: on the canvas of the look's frame.
  void take(const RegionMap& regions, const Affine& canvas_from_frame, const Plane& seen_cover,
            const Plane& seen_skin) {
    look = regions.look, map_from_frame = regions.map_from_frame;
    cover_and_skin.take(seen_cover, seen_skin, canvas_from_frame);
  }

  // What they are where the face is now.
  void sample(const RegionMap& regions, const Affine& frame_from_canvas, int width, int height,
              Plane* cover_now, Plane* skin_now) const {
    const Affine then_from_now = compose(map_from_frame.inverse(), regions.map_from_frame);
    const Affine then_from_canvas = compose(then_from_now, frame_from_canvas);
    cover_and_skin.sample(then_from_canvas, width, height, cover_now, skin_now);
  }
};

}  // namespace mien
