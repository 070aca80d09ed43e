// A few capital letters as strokes, for the visible mark. No font files, no font library.
#pragma once

#include <string_view>
#include <vector>

namespace mien {

// The centre line of a pen stroke.
struct Stroke {
  float x0, y0, x1, y1;
};

// The strokes of a text whose letters stand between y = 0 (top) and y = 1 (base line), starting at x = 0.
// Knows the capital letters of the mark and the space; others are left out.
std::vector<Stroke> text_strokes(std::string_view text);

}  // namespace mien
