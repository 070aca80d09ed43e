// The source's own pixels, with its mesh as texture coordinates.
#pragma once

#include <array>
#include <vector>

#include "core/raster.h"
#include "face/region_map.h"
#include "face/topology.h"
#include "fuse/covers.h"
#include "mien/face.h"
#include "mien/image.h"

namespace mien {

// What a fusion takes from the source photo. Pixels stay as they are in the photo (cut out, not turned;
// shrunk only when the face is wider than kLargestFacePx), so that they are resampled once, on their way to
// the frame.
struct SourceTexture {
  static constexpr float kLargestFacePx = 1024;

  // Level 0 is the cut-out, every second one half as wide, those between them the root of that
  // (level_from_base()). RGBA; alpha is trust: 255 the face's own pixels, 0 deep inside of hair or another
  // thing in front of the face, and along a rim in deep shadow. Colours of what is in front are filled in
  // from the skin around.
  std::vector<Image> levels;
  Mesh mesh{};  // in level-0 pixels
  // Per surface point: 1 own pixels are used, 0 those of the mirrored side (own side turned away or covered).
  std::array<float, kSurfacePoints> own_share{};
  bool uses_mirror = false;  // some own_share is below 1
  bool right_eye_open = true, left_eye_open = true;

  std::size_t bytes() const;
};

// Cuts the face out of the photo, takes out what covers it (regions: of the photo; null when unknown;
// uncovered: see fuse/covers.h), judges each point's visibility.
SourceTexture make_texture(ImageView photo, const Mesh& mesh, std::span<const RasterTriangle> triangles,
                           const RegionMap* regions, const UncoveredFace* uncovered = nullptr);

// Level-0 positions to positions of a level, whose pixels are 2^(level / 2) wide. The first pixels share
// their outer edges.
Affine level_from_base(int level);

// Completes a texture that has level 0 and own_share: the smaller levels, and whether the mirrored side is
// used.
void finish_texture(SourceTexture* texture);

// Opening between the lids over the eye's width, for the right and the left eye; 0.3 is wide open, below 0.12
// closed.
std::array<float, 2> eye_openings(const Mesh& mesh);
inline constexpr float kClosedEyeOpening = 0.12f;

// seen_share() of the mesh's eye for eyeball: of open ones 0.65 and more, or one of both 0.5 and their mean
// 0.62; less where narrow eyes have a mesh that is too wide, mostly behind glasses (0.3 to 0.6; 70 sources
// looked at).
inline constexpr float kSeenEyeball = 0.62f, kHardlySeenEyeball = 0.5f;

// Per surface point: its unit normal, out of the head; x right, y down, z towards the viewer.
std::array<Point3f, kSurfacePoints> surface_normals(const Mesh& mesh,
                                                    std::span<const RasterTriangle> triangles);

// Its z alone: 1 facing the viewer, 0 edge on, negative turned away.
std::array<float, kSurfacePoints> facing(const Mesh& mesh, std::span<const RasterTriangle> triangles);

// Of what facing() says, per surface point: how far its own pixels are given up, since it is turned away and its
// mirror image is seen much better, 0..1.
std::array<float, kSurfacePoints> turned_away(const std::array<float, kSurfacePoints>& n_z);

}  // namespace mien
