// Taking hair, glasses and other things in front of the source's face out of its texture.
#pragma once

#include "core/plane.h"
#include "face/region_map.h"
#include "mien/face.h"
#include "mien/image.h"

namespace mien {

// A source's face as it looks without what covers it, made by the uncover network (fuse/uncover.h).
struct UncoveredFace {
  Image colours;  // RGBA, square, of the covered parts alone; alpha: how far they were covered
  Affine crop_from_photo;
  bool clear_glasses = false;  // worn, and taken off
};

// Where something is in front of the face or beside it, 0..1: hair, things, background, ears and necks, grown
// by their blurred edge.
struct Covers {
  Plane all;
  Plane solid;  // the same without the frames of clear glasses, around which the face is seen
};

// What is known of clear glasses: share is where they hide, shade or light the face as the uncover network
// sees it, 0..1, of the level's size.
struct SeenGlasses {
  bool worn = false;
  const Plane* share = nullptr;
};

// level: RGBA pixels of the photo; mesh: in level pixels. glasses: null: their frames are found by contrast.
Covers find_covers(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                   const Image& level, const SeenGlasses* glasses = nullptr);

// So much of the face's width squared lips have at least: where less is seen nothing is known of them.
inline constexpr float kLeastLips = 0.003f;

// Covered pixels take the colours of the bare ones around. cover, bare: 0..1, of the level's size; width_px: the
// face's.
void fill_in(const Plane& cover, const Plane& bare, float width_px, Image* level);

// 1 inside the face's oval.
void draw_face(const Mesh& mesh, int width, int height, Plane* out);

// Colours of covered pixels become those of `uncovered`, or without it (null) those of the bare face around;
// alpha becomes trust: 255 where the face's own pixels or a good guess of them are seen, 0 deep inside of a
// cover. A brow or an eye that is covered for the most part is not trusted as a whole: half a brow would be
// worse than the target's own.
void take_out_covers(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                     const UncoveredFace* uncovered, Image* level);

// Where hair hangs over a good part of the forehead, its strands reach further than anybody sees: trust
// (alpha) goes down on the forehead around it, which then stays the target's; beside any other hair there,
// where its outline and shadow are. Colours stay.
void distrust_fringe(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                     Image* level);

// What the regions call inner mouth (teeth above all) beyond the mesh's inner lips gets the lips' colours: the
// mesh is a little off, and next to the target's mouth teeth would lie on the lips.
void take_teeth_off_lips(const RegionMap& regions, const Affine& frame_from_level, const Mesh& mesh,
                         Image* level);

// The less a pixel is trusted (alpha) the more of its colour comes from the trusted skin around: the face
// fades out there, and hair would do so with it.
void fill_untrusted(const Mesh& mesh, Image* level);

}  // namespace mien
