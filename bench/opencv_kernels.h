// OpenCV's kernels on one thread, for comparing: inputs are converted when they are set, not when they run.
#pragma once

#include <memory>
#include <vector>

#include "core/plane.h"
#include "core/resample.h"
#include "mien/image.h"

namespace mien {

class OpenCvKernels {
 public:
  OpenCvKernels();
  ~OpenCvKernels();

  void set_picture(ImageView rgba);
  void set_map(const Plane& x, const Plane& y);
  void set_plane(const Plane& plane);
  void set_planes(const PlanarRgb& picture);  // values 0..255

  void remap();  // bicubic, edge pixels repeated
  void gaussian_blur(float sigma_px);
  void lab();  // of float sRGB

  std::vector<float> remapped() const;  // three planes
  std::vector<float> blurred() const;
  std::vector<float> lab_planes() const;  // L, a, b

 private:
  struct Pictures;
  std::unique_ptr<Pictures> p_;
};

}  // namespace mien
