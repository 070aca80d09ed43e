// Normalised convolution (Knutsson and Westin 1993): a Gaussian blur that sees only where a mask lets it, and
// extends what it sees to where it does not.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/plane.h"

namespace mien {

struct MaskedBlurScratch {
  Plane small_mask, blurred_mask;
  std::vector<float> line;
};

// The mask's part of the work, done once for all planes that share mask and sigma. Works at a resolution that
// sigma allows. Several threads may apply one at the same time.
class MaskedBlur {
 public:
  // mask: 0..1, same size as the planes to come. sigma_px > 0.
  MaskedBlur(const Plane& mask, float sigma_px, MaskedBlurScratch* scratch);

  // out = blur(in * mask) / blur(mask). Where the mask has no weight within reach, the mask's overall mean.
  void apply(const Plane& in, Plane* out) const;

  // The same in two steps: at the resolution that it works at, one value per factor() x factor() pixels, and
  // brought back. in: width x height values of the mask's size.
  void apply_small(const float* in, Plane* small) const;
  void enlarge(const Plane& small, Plane* out) const {
    enlarge_boxes(small, factor_, mask_.width, mask_.height, out);
  }
  int factor() const { return factor_; }

  // apply_small() row by row: begin(), all rows times the mask's into `sums`, then finish().
  void begin(RowShrinker* sums, Plane* small) const {
    sums->begin(mask_.width, mask_.height, factor_, small);
  }
  void finish(Plane* small) const;
  const Plane& mask() const { return mask_; }

 private:
  const Plane& mask_;
  const MaskedBlurScratch* scratch_;
  int factor_;
  float sigma_small_;
};

}  // namespace mien
