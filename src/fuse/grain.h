// The fused face is as sharp and as noisy as the frame around it.
#pragma once

#include <array>
#include <vector>

#include "core/plane.h"
#include "fuse/masks.h"

namespace mien {

struct GrainScratch {
  Plane target_light, fused_light, weight, band[3], channel, white, smooth;
  std::vector<float> line;
};

// Noise of a picture's skin: standard deviations per channel, at full size and at half of it.
struct Noise {
  std::array<float, 3> full{}, half{};
  float shared = 0;  // correlation of the channels, 0..1
};

// What a face of a stream has in common from frame to frame: measured every few frames, and steadied.
struct GrainMemory {
  int period = 4;  // frames from one measurement to the next; the caller's
  bool known = false;
  int frames_left = 0;  // for which it serves as it is
  Noise wanted, own;
  float blur_share = 0;  // in face widths
  // What a compressed clip has of noise and texture sticks to the face; only what is new in every frame may
  // be drawn anew in every frame. So noise is compared with that of the last frame, at the surface's points.
  std::array<float, kSurfacePoints> last{};  // 0: not skin
  float persistence = 1;                     // its correlation, steadied, 0..1

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(known, frames_left, wanted, own, blur_share, last, persistence);
  }
};

struct GrainReport {
  float blur_px = 0;  // sigma that the fused face was blurred with; 0: it was as the target
  float noise = 0;    // standard deviation of what was added to green, of 255
};

// Where the target is much less sharp than the fused face (motion, focus, enlargement), or blurred and the
// face has much more detail, the face is blurred, with the edges of its masks; where the target has more noise,
// noise of the same strength per channel and of the same coarseness is added. A target that is as clean and as
// sharp changes nothing. target, fused: canvas pixels 0..255; width_px: the face's width there. Changes fused
// where the face is drawn, and the masks' edges. The same input gives the same noise; frames of a clip differ
// in theirs as long as their pixels do. memory: of the frames before, with the target's own mesh on the canvas; null: a photo.
GrainReport match_grain(const PlanarRgb& target, const WarpMaps& maps, float width_px, GrainScratch* scratch,
                        FaceMasks* masks, PlanarRgb* fused, GrainMemory* memory = nullptr,
                        const Mesh* surface = nullptr);

}  // namespace mien
