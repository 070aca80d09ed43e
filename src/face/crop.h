// Square, level crops around a face: what the networks look at.
#pragma once

#include "mien/face.h"

namespace mien {

// A square that may be turned: centre and side in pixels, roll clockwise in the picture.
struct LevelSquare {
  Point2f centre;
  float side_px = 0;
  float roll_rad = 0;
};

// The square around the 468 surface points in the frame where the eyes are level.
LevelSquare level_square(const Mesh& mesh);

// The same from a detection: its box, turned by the line through its eyes.
LevelSquare level_square(const Box& box, const std::array<Point2f, 5>& points);

// Frame pixels to a size x size crop that shows the square enlarged by `span`.
Affine crop_from_frame(const LevelSquare& square, float span, int size_px);

// Distance between the eye centres (means of the corners), in pixels.
float eye_distance_px(const Mesh& mesh);

// Distance between the points where the face is widest, in pixels.
float face_width_px(const Mesh& mesh);

// Whether all coordinates are numbers within a million pixels: others cannot be drawn.
bool is_usable(const Mesh& mesh);

// The mesh under an affine map; z is scaled with it.
Mesh transformed(const Mesh& mesh, const Affine& map);

}  // namespace mien
