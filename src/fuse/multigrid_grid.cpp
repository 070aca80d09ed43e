#include "fuse/multigrid_grid.h"

#include <algorithm>

namespace mien {

void RowLines::resize(int width) {
  size_ = (static_cast<std::size_t>(width) + 2 * Grid::kPad + 2 * Grid::kLanes + 15) / 16 * 16;
  values_.assign(kCount * size_, 0.0f);
}

void Grid::clear_rims(AlignedFloats* plane, int channels) const {
  const std::size_t halves = 2 * static_cast<std::size_t>(height + 3) * channels;
  const std::size_t first = 2 * static_cast<std::size_t>(channels), last = halves - 2 * first;
  float* values = plane->data();
  std::fill_n(values, first * half + kPad, 0.0f);
  for (std::size_t h = first; h < last; ++h) {  // from one's last cell to the next one's first
    const int count = (width + (h % 2 == 0 ? 1 : 0)) / 2;
    std::fill_n(values + h * half + kPad + count, half - count, 0.0f);
  }
  std::fill(values + last * half, values + halves * half, 0.0f);
}

// Only the rims have to be 0; what is inside gets written.
void Grid::resize(int w, int h, bool with_links, bool with_source) {
  width = w, height = h, half = (kPad + whole_vectors() + 15) / 16 * 16;
  const auto shape = [this](AlignedFloats* plane, int channels) {
    plane->resize(2 * static_cast<std::size_t>(half) * channels * (height + 3));
    clear_rims(plane, channels);
  };
  for (AlignedFloats* plane : {&pull, &diagonal, &inverse}) shape(plane, 1);
  if (with_links) {
    for (AlignedFloats* plane : {&right, &down}) shape(plane, 1);
  }
  for (AlignedFloats* plane : {&rim, &u, &rhs}) shape(plane, kGridChannels);
  if (with_source) shape(&source, kGridChannels);
}

}  // namespace mien
