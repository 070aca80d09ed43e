// Glasses with clear lenses: of the fat patch that the region network sees only the frames hide the face.
#pragma once

#include "core/plane.h"
#include "face/region_map.h"
#include "mien/face.h"

namespace mien {

// The band of the face that glasses lie in, 0 or 1: from the brows to the upper cheeks, temple to temple.
Plane eye_band(const Mesh& mesh, int width, int height);

// Who looks for glasses in what the region network calls things. The uncover network says little where there
// are none, so it is asked about thin ones, too.
enum class GlassesSeenBy { kContrast, kNetwork };

// Whether things lie where only glasses do, and the eyes are seen all the same. things: P(occluder), 0..1;
// mesh in its pixels.
bool wears_clear_glasses(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                         const Plane& things, GlassesSeenBy by);

// A piece of a source's frame that stays is worse than a brow that is painted anew; a target's frame must not
// break.
enum class FrameRule { kOfSource, kOfTarget };

// Of clear glasses only what looks like a frame is kept. light: luma, 0..255. frames: P(occluder), changed
// around the eyes.
void keep_frames(const Mesh& mesh, Plane light, FrameRule rule, Plane* frames);

// The same where the uncover network has seen them. frames: P(occluder) on a picture whose pixels lie at
// photo_from_picture; mesh in its pixels.
void keep_glasses(const FineMask& seen, const Affine& photo_from_picture, const Mesh& mesh, Plane* frames);

}  // namespace mien
