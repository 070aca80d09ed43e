// Points, boxes and affine maps in pixels. Pixel (0, 0) has its centre at (0.0, 0.0).
#pragma once

#include <array>

namespace mien {

struct Point2f {
  float x = 0, y = 0;
};

// x right, y down, z away from the viewer (smaller is nearer), all in pixels.
struct Point3f {
  float x = 0, y = 0, z = 0;
};

// Axis-parallel, in pixels of the frame that the caller passed.
struct Box {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  float width() const { return x1 - x0; }
  float height() const { return y1 - y0; }
  Point2f centre() const { return {(x0 + x1) / 2, (y0 + y1) / 2}; }
};

// x' = a x + b y + c, y' = d x + e y + f. Named a_from_b: takes points of frame b to frame a.
struct Affine {
  float a = 1, b = 0, c = 0;
  float d = 0, e = 1, f = 0;

  Point2f operator()(Point2f p) const { return {a * p.x + b * p.y + c, d * p.x + e * p.y + f}; }
  // Length of what a unit length becomes (square root of the determinant's magnitude).
  float scale() const;
  // The map back. A map without inverse (determinant below 1e-12) gives the identity.
  Affine inverse() const;
};

// first is applied first.
Affine compose(const Affine& second, const Affine& first);

}  // namespace mien
