// Glasses with clear lenses: of the fat patch that the region network sees only the frames hide the face.
#pragma once

#include <vector>

#include "core/plane.h"
#include "face/region_map.h"
#include "mien/face.h"

namespace mien {

// Memory that is kept from face to face.
struct GlassesScratch {
  Plane light;  // luma, 0..255: what keep_frames() looks at
  Plane band, eyes, brows, dark, bright, wide, rows;
  std::vector<Point2f> polygon, grown;
};

// The band of the face that glasses lie in, 0 or 1: from the brows to the upper cheeks, temple to temple.
Plane eye_band(const Mesh& mesh, int width, int height);

// 0..1: how far things are seen on the bridge of the nose, below both eyes and along both temples, as only
// glasses are. things: 0..1; mesh in its pixels.
float glasses_score(const Mesh& mesh, const Plane& things);

// Glasses are worn from this score; below the second nobody needs to ask the uncover network, which sees thin
// ones that the region network hardly notices.
inline constexpr float kWearsGlasses = 0.3f, kMayWearGlasses = 1e-3f;

// Whether the eyes can be seen, through lenses or without. mesh: in pixels of a picture that lies at
// frame_from_picture.
bool eyes_are_seen(const RegionMap& regions, const Affine& frame_from_picture, const Mesh& mesh, int width,
                   int height, GlassesScratch* scratch);

// Whether the region network sees clear glasses. things: P(occluder), 0..1; mesh in its pixels.
bool wears_clear_glasses(const RegionMap& regions, const Affine& frame_from_picture, const Mesh& mesh,
                         const Plane& things, GlassesScratch* scratch);

// What is painted in place of glasses is less sharp than an eye that is seen through them: that one keeps its
// pixels. share: how far glasses hide, shade or light the face, 0..1; on eyes it becomes 0 where it is small, as
// under lenses, and stays where it is large, as under frames. mesh in its pixels.
void leave_seen_eyes(const Mesh& mesh, Plane* share);

// A piece of a source's frame that stays is worse than a brow that is painted anew; a target's frame must not
// break.
enum class FrameRule { kOfSource, kOfTarget };

// Of clear glasses only what looks like a frame in scratch->light (which it changes) is kept. frames:
// P(occluder), changed around the eyes.
void keep_frames(const Mesh& mesh, FrameRule rule, GlassesScratch* scratch, Plane* frames);

// The same where the uncover network has seen them. frames: P(occluder) on a picture whose pixels lie at
// photo_from_picture; mesh in its pixels.
void keep_glasses(const FineMask& seen, const Affine& photo_from_picture, const Mesh& mesh,
                  GlassesScratch* scratch, Plane* frames);

}  // namespace mien
