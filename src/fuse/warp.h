// Bringing the source's pixels onto the target's geometry.
#pragma once

#include <limits>

#include "core/plane.h"
#include "core/resample.h"
#include "core/thread_pool.h"
#include "fuse/texture.h"

namespace mien {

// For every canvas pixel that the fused mesh covers: where its surface point lies in the source. Where it
// does not reach, source_x and mirror_x are NaN, and the others hold anything.
struct WarpMaps {
  Plane source_x, source_y;  // pixels of SourceTexture level 0
  Plane mirror_x, mirror_y;  // the same point's mirror image; only when the texture uses it
  Plane own_share;           // 1 own pixels, 0 the mirrored side's; only when the texture uses it
  Plane beside_middle;       // 0 at the middle of the face, 1 beside the nose; only when the texture uses it
  Plane depth;               // of the fused mesh; +infinity where it does not reach

  bool covered(std::size_t i) const { return depth.values[i] < std::numeric_limits<float>::infinity(); }
};

// Draws the fused mesh (canvas pixels).
void make_warp_maps(const SourceTexture& texture, const Mesh& fused,
                    std::span<const RasterTriangle> triangles, int width, int height, WarpMaps* out);

// The texture's coarsest level whose pixels are no larger than the canvas's: larger ones would be seen as
// blur, much smaller ones alias (at 0.53 of the canvas's a clip crawled).
int best_level(const SourceTexture& texture, const Mesh& fused);

// The texture's level at map_x, map_y (level-0 pixels), and its trust. Pixels whose map_x is not finite keep
// what `out` holds; their trust is 0. own_share (null: of no interest): where it is 1 nothing is looked up.
void sample_texture(const SourceTexture& texture, int level, const Plane& map_x, const Plane& map_y,
                    const Plane* own_share, ThreadPool& pool, PlanarRgb* out, Plane* trust);

// The source on the fused geometry: covered pixels of `out` are written, others set to 0. Where the source's
// own side was turned away, its mirrored side takes over with the own side's low-frequency light. trust: how
// far each pixel is the source's own face, 0..1 (0 where the mesh does not reach).
void warp_source(const SourceTexture& texture, const WarpMaps& maps, const Mesh& fused, ThreadPool& pool,
                 PlanarRgb* out, Plane* trust);

}  // namespace mien
