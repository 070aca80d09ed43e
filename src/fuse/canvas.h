// The part of the frame that a fusion works on, at a resolution that suits the arithmetic.
#pragma once

#include "core/plane.h"
#include "core/resample.h"
#include "mien/face.h"
#include "mien/image.h"

namespace mien {

// Covers whole frame pixels. Small faces are enlarged by a whole factor, so that masks and warps have enough
// pixels; faces larger than the source can be are worked on at less than full size.
struct CanvasFrame {
  int x0 = 0, y0 = 0, frame_width = 0, frame_height = 0;  // frame pixels
  int width = 0, height = 0;                              // canvas pixels
  float scale = 1;                                        // canvas pixels per frame pixel

  Affine canvas_from_frame() const;
  PixelRect in_frame() const { return {x0, y0, x0 + frame_width, y0 + frame_height}; }
};

// Room for the face of `mesh` (frame pixels), cut at the frame's border. Width or height is 0 when the face
// lies outside or the mesh is not usable (face/crop.h). A wider face than largest_face_px is worked on at
// that width (0: SourceTexture::kLargestFacePx): less work, and softer than its frame.
CanvasFrame canvas_around(const Mesh& mesh, int frame_width, int frame_height, int largest_face_px = 0);

// The frame's pixels on the canvas, 0..255: copied, enlarged (bicubic) or shrunk (box average).
void read_canvas(ImageView frame, const CanvasFrame& where, PlanarRgb* out);

// frame = alpha * pixels + (1 - alpha) * frame within the canvas. Frame pixels under which alpha is 0
// everywhere stay bit-identical, and so do those whose colour or alpha is no number.
void paste_canvas(const PlanarRgb& pixels, const Plane& alpha, const CanvasFrame& where,
                  MutableImageView frame);

}  // namespace mien
