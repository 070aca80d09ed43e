// Where source and target make different faces: there the source's creases and raised cheeks must not stay.
#pragma once

#include <array>
#include <span>

#include "core/plane.h"
#include "core/raster.h"
#include "face/face_model.h"

namespace mien {

using SurfaceWeights = std::array<float, kSurfacePoints>;

// Per surface point: 0 the two expressions leave it where it is, 1 they move it clearly apart (5 % of the
// face's width and more). Around a corner of the mouth that is moved apart up to 2: creases and dark ends of
// another mouth must not stand beside this one.
SurfaceWeights expression_gap(const FaceModel& model, const ShapeFit& source, const ShapeFit& target);

// Values of the surface's points drawn on a mesh (canvas pixels) at 1 / kSurfaceStep of the canvas's size, 0
// beyond it; covered: 1 on the mesh.
inline constexpr int kSurfaceStep = 4;  // canvas pixels per drawn pixel: creases and shades are wider
void draw_small_surface(const SurfaceWeights& values, const Mesh& mesh,
                        std::span<const RasterTriangle> triangles, int width, int height, Plane* out,
                        Plane* covered);

// Values of the surface's points drawn on a mesh (canvas pixels), coarsely, then blurred by sigma_px canvas
// pixels; 0 beyond it.
void draw_on_surface(const SurfaceWeights& values, const Mesh& mesh,
                     std::span<const RasterTriangle> triangles, int width, int height, float sigma_px,
                     Plane* out);

// Whether any of the values would be seen.
bool is_worth_drawing(const SurfaceWeights& values);

// The weights drawn on the fused mesh (canvas pixels), soft; 0 beyond it. False, and nothing drawn, when all
// are near 0.
bool draw_expression_gap(const SurfaceWeights& weights, const Mesh& fused,
                         std::span<const RasterTriangle> triangles, int width, int height, Plane* out);

}  // namespace mien
