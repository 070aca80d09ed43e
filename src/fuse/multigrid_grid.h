// The cells of a multigrid solver (multigrid.h), and how they lie in memory.
#pragma once

#include <cstddef>

#include "core/aligned.h"
#include "core/simd_clones.h"

namespace mien {

inline constexpr int kGridChannels = 3;

// One resolution. Of a row the cells of even x come first, then those of odd x: red and black cells then lie
// in one piece each, so that sweeps touch no cell in vain, and a coarse cell's four lie at the same place of
// four pieces. Rows and their halves have a rim of zeros around them, so that no loop asks for borders.
// Channels follow each other row by row.
struct Grid {
  static constexpr int kPad = 16;  // a cache line
  static constexpr int kLanes = 8;
  int width = 0, height = 0;
  int half = 0;  // floats from a row's even cells to its odd ones
  // Per cell.
  AlignedFloats pull;         // of known neighbours: their number on the finest grid
  AlignedFloats diagonal;     // pull and the links to unknown neighbours
  AlignedFloats inverse;      // 1 / diagonal in unknown cells, else 0
  AlignedFloats right, down;  // links to the unknown cell there, 0 without one; not on the finest grid
  // Per cell and channel.
  AlignedFloats rim;     // sum of the known neighbours' values
  AlignedFloats source;  // the rest of the right-hand side
  AlignedFloats u, rhs;

  void resize(int w, int h, bool with_links, bool with_source);
  void clear_rims(AlignedFloats* plane, int channels) const;
  // Where the cells of even (parity 0) or odd x of row y begin: cell x is x / 2 behind it.
  std::size_t cells(int y, int parity) const { return (2 * (y + std::size_t{1}) + parity) * half + kPad; }
  std::size_t values(int y, int channel, int parity) const {
    return (2 * ((y + std::size_t{1}) * kGridChannels + channel) + parity) * half + kPad;
  }
  // From -1 on.
  std::size_t cell(int x, int y) const { return cells(y, x & 1) + static_cast<std::ptrdiff_t>(x >> 1); }
  std::size_t value(int x, int y, int channel) const {
    return values(y, channel, x & 1) + static_cast<std::ptrdiff_t>(x >> 1);
  }
  // From a cell or value to the one below.
  std::ptrdiff_t cell_row() const { return 2 * static_cast<std::ptrdiff_t>(half); }
  std::ptrdiff_t value_row() const { return kGridChannels * cell_row(); }
  // Cells of a half row, with so many of its rim that vectors are whole: what is multiplied with `inverse`
  // leaves those 0.
  int whole_vectors() const { return ((width + 1) / 2 + kLanes - 1) / kLanes * kLanes; }
};

// Rows of cells in the order of x, for what lies between two grids.
class RowLines {
 public:
  static constexpr int kCount = 9;
  void resize(int width);
  float* line(int i) { return values_.data() + i * size_ + Grid::kPad; }

 private:
  AlignedFloats values_;
  std::size_t size_ = 0;
};

// The links of half a row's cells.
struct Links {
  const float *left, *right, *up, *down;
};

MIEN_INLINE Links links_of(const Grid& g, int y, int parity) {
  const float* down = g.down.data() + g.cells(y, parity);
  return {g.right.data() + g.cells(y, 1 - parity) + parity - 1, g.right.data() + g.cells(y, parity),
          down - g.cell_row(), down};
}

// A line of cells in the order of x, to a grid's row. The line's cell behind the last one has to be 0.
MIEN_INLINE void split_line(const float* __restrict line, int width, float* __restrict even,
                            float* __restrict odd) {
  for (int i = 0; i < (width + 1) / 2; ++i) even[i] = line[2 * i], odd[i] = line[2 * i + 1];
}

// And back; one cell more may be written.
MIEN_INLINE void merge_line(const float* __restrict even, const float* __restrict odd, int width,
                            float* __restrict line) {
  for (int i = 0; i < (width + 1) / 2; ++i) line[2 * i] = even[i], line[2 * i + 1] = odd[i];
}

}  // namespace mien
