// Bringing a part of a picture to another size or geometry, for the networks that look at it.
#pragma once

#include <vector>

#include "mien/geometry.h"
#include "mien/image.h"

namespace mien {

// Planar float RGB, values 0..255; rows packed, planes follow each other.
struct PlanarRgb {
  int width = 0, height = 0;
  std::vector<float> values;

  void resize(int w, int h) {
    width = w, height = h;
    values.resize(3 * plane());
  }
  std::size_t plane() const { return static_cast<std::size_t>(width) * height; }
  float* channel(int c) { return values.data() + c * plane(); }
  const float* channel(int c) const { return values.data() + c * plane(); }
};

// A width x height look at `frame` through `out_from_frame`: box average by the whole part of the shrinking
// factor, then bilinear. Outside of the frame its edge pixels are repeated. The result does not depend on the
// frame's stride or channel order.
void sample_affine(ImageView frame, const Affine& out_from_frame, int width, int height, PlanarRgb* out);

}  // namespace mien
