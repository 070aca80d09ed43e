// What each pixel of a face is.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "core/plane.h"
#include "mien/geometry.h"
#include "model/tensor.h"

namespace mien {

// In the order of the network's output channels.
enum class RegionClass { kBackground, kSkin, kBrow, kEyeball, kLip, kInnerMouth, kHair, kOccluder, kNeck };
inline constexpr int kRegionClasses = 9;

// Where something is, 0..1, on pixels of its own; 0 at the border.
struct FineMask {
  Plane share;
  Affine mask_from_frame;

  // At every pixel of a width x height picture whose pixels lie at frame_from_picture, bilinear; 0 outside.
  void sample(const Affine& frame_from_picture, int width, int height, Plane* out) const;
};

// Two masks of the same place, looked up together: most of the time goes into finding the neighbours.
class MaskPair {
 public:
  // Values of 0..1, in steps of 1/255; larger ones are 1. second has first's size.
  void take(const Plane& first, const Plane& second, const Affine& mask_from_frame);
  // As FineMask::sample(), both.
  void sample(const Affine& frame_from_picture, int width, int height, Plane* first, Plane* second) const;

 private:
  int width_ = 0, height_ = 0;
  Affine mask_from_frame_;
  std::vector<std::uint32_t> values_;  // first and second here, then of the pixel to the right; a byte each
};

// Probabilities of the classes on a coarse grid around a face.
struct RegionMap {
  Tensor probability;     // kRegionClasses x height x width, sums to 1
  Affine map_from_frame;  // frame pixels to grid positions
  // Where clear glasses hide, shade or light the face, finer than the grid sees it (fuse/uncover.h); empty:
  // nobody looked, or nobody wears any.
  std::optional<FineMask> glasses;
  // In a stream: number of the look that this is, or is moved along from. 0: it serves one frame alone.
  int look = 0;

  // Sum of the named classes at every pixel of a width x height picture whose pixels lie at
  // frame_from_picture, bilinear. Outside of the grid its edge is repeated.
  void sample(std::initializer_list<RegionClass> classes, const Affine& frame_from_picture, int width,
              int height, Plane* out) const;
};

// Takes islands of kOccluder that are smaller than this share of the grid for skin: deep shadows below a
// nose, moles. Real things reach into the face from beside it or are larger. In the lower half of the level
// crop islands of kHair in the middle of skin are skin, too, up to a moustache's size: hair that hangs there
// comes from above, and beards count as skin. probability as in RegionMap.
inline constexpr float kSmallestThing = 0.0025f, kLargestMoustache = 0.015f;
void remove_specks(Tensor* probability);

}  // namespace mien
