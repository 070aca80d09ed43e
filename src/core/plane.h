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

// Averages of factor x factor pixels; the last row and column of boxes may be smaller.
void shrink_boxes(const Plane& in, int factor, Plane* out);
void shrink_boxes(const float* in, int width, int height, int factor, Plane* out);

// The same of in * mask; in: values of the mask's size.
void shrink_boxes_masked(const float* in, const Plane& mask, int factor, Plane* out);

// Bilinear enlargement of what shrink_boxes() made, back to width x height.
void enlarge_boxes(const Plane& in, int factor, int width, int height, Plane* out);

}  // namespace mien
