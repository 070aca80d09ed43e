#include "fuse/mask_part.h"

#include <algorithm>

#include "core/simd_clones.h"

namespace mien {
namespace {

constexpr int kStep = 16;  // pixels looked at together

MIEN_INLINE bool any_above_0(const float* values) {
  float most = 0;
  for (int k = 0; k < kStep; ++k) most = std::max(most, values[k]);
  return most > 0;
}

}  // namespace

MIEN_SIMD_CLONES
void widen_span(const float* row, int width, int* first, int* last) {
  int x0 = 0, x1 = width;
  while (x0 + kStep <= width && !any_above_0(row + x0)) x0 += kStep;
  while (x1 - kStep >= x0 && !any_above_0(row + x1 - kStep)) x1 -= kStep;
  while (x0 < width && !(row[x0] > 0)) ++x0;
  while (x1 > x0 && !(row[x1 - 1] > 0)) --x1;
  if (x1 > x0) *first = std::min(*first, x0), *last = std::max(*last, x1);
}

MaskPart part_with(const Plane& mask) {
  int low_x = mask.width, high_x = 0, low_y = mask.height, high_y = 0;
  for (int y = 0; y < mask.height; ++y) {
    int first = mask.width, last = 0;
    widen_span(mask.row(y), mask.width, &first, &last);
    if (last <= first) continue;
    low_x = std::min(low_x, first), high_x = std::max(high_x, last);
    low_y = std::min(low_y, y), high_y = y + 1;
  }
  return {low_x, low_y, std::max(0, high_x - low_x), std::max(0, high_y - low_y)};
}

void blur_part(Plane* mask, float sigma_px, std::vector<float>* scratch) {
  const MaskPart part = part_with(*mask);
  if (part.width == 0) return;
  const int reach = gaussian_blur_reach(sigma_px);
  const int x0 = std::max(0, part.x0 - reach), x1 = std::min(mask->width, part.x0 + part.width + reach),
            y0 = std::max(0, part.y0 - reach), y1 = std::min(mask->height, part.y0 + part.height + reach);
  thread_local Plane patch;  // scratch that keeps its memory
  patch.resize(x1 - x0, y1 - y0);
  for (int y = y0; y < y1; ++y) std::copy_n(mask->row(y) + x0, patch.width, patch.row(y - y0));
  gaussian_blur(&patch, sigma_px, scratch);
  for (int y = y0; y < y1; ++y) std::copy_n(patch.row(y - y0), patch.width, mask->row(y) + x0);
}

}  // namespace mien
