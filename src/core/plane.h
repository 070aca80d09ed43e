// One float per pixel, and the blurs that run on it.
#pragma once

#include <vector>

namespace mien {

struct Plane {
  int width = 0, height = 0;
  std::vector<float> values;  // rows packed

  void resize(int w, int h) {
    width = w, height = h;
    values.resize(size());
  }
  void fill(float value) { values.assign(size(), value); }
  std::size_t size() const { return static_cast<std::size_t>(width) * height; }
  float* row(int y) { return values.data() + static_cast<std::size_t>(y) * width; }
  const float* row(int y) const { return values.data() + static_cast<std::size_t>(y) * width; }
};

// Gaussian blur by three box filters of fractional width (Gwosdek et al. 2011), in place; edge pixels are
// repeated. Cost does not depend on sigma. sigma_px <= 0.05 changes nothing.
void gaussian_blur(Plane* plane, float sigma_px, std::vector<float>* scratch);
// How far away, in pixels along an axis, something can lie that gaussian_blur() lets a pixel see.
int gaussian_blur_reach(float sigma_px);

// Averages of factor x factor pixels; the last row and column of boxes may be smaller.
void shrink_boxes(const Plane& in, int factor, Plane* out);
void shrink_boxes(const float* in, int width, int height, int factor, Plane* out);

// The same of in * mask; in: values of the mask's size.
void shrink_boxes_masked(const float* in, const Plane& mask, int factor, Plane* out);

// The same row by row, for values that are not kept. begin(), then add() for every row from the top.
class RowShrinker {
 public:
  void begin(int width, int height, int factor, Plane* out);
  // The next row: pixels first .. last - 1, which begin at `values`; the others are 0. weights (null: all 1):
  // what they are multiplied with.
  void add(const float* values, const float* weights, int first, int last);

 private:
  int width_ = 0, height_ = 0, factor_ = 1, y_ = 0;
  Plane* out_ = nullptr;
  std::vector<float> line_;  // sums of columns
};

// Bilinear enlargement of what shrink_boxes() made, back to width x height.
void enlarge_boxes(const Plane& in, int factor, int width, int height, Plane* out);

// The same row by row; cheapest in order. `in` has to stay.
class RowEnlarger {
 public:
  void begin(const Plane& in, int factor, int width);
  // Pixels first .. last - 1 of row y, to out[0] and on.
  void row(int y, int first, int last, float* out);

 private:
  const float* widened(int cell_row);
  const Plane* in_ = nullptr;
  float step_ = 1;
  std::vector<int> cell_, next_;  // behind which cell a pixel lies, and the one after it
  std::vector<float> share_;      // by how far
  std::vector<float> wide_[2];    // rows of cells brought to all pixels
  int held_[2] = {-1, -1};        // which
};

}  // namespace mien
