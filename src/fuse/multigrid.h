// A solver for discrete Poisson equations on cells of any shape, three right-hand sides at once.
//
// In every unknown cell p:   sum over its neighbours q of (u_p - u_q) = rhs_p, where known neighbours count
// as 0 (their values are part of rhs, see `rim`) and cells with no say are left out (nothing flows there).
//
// Full multigrid on cell centres: 2 x 2 cells become one, the links between cells are added up and halved, so
// that every shape, even a line of known cells, is still felt on the coarse grids (aggregation after Braess
// 1995); corrections come back bilinearly (Wesseling 1988); red-black Gauss-Seidel smooths; coarse grids are
// visited twice (W-cycles, but for the very coarsest). Work is proportional to the number of cells.
#pragma once

#include <cstddef>
#include <vector>

#include "core/aligned.h"

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
  static constexpr int kCount = 1;
  void resize(int width);
  float* line(int i) { return values_.data() + i * size_ + Grid::kPad; }

 private:
  AlignedFloats values_;
  std::size_t size_ = 0;
};

// What is known of a grid's u before a cycle.
enum class Start {
  kEnlarged,  // the next coarser grid has a solution
  kZero,      // nothing: it is a correction, and begins as 0 whatever it holds
  kOwn,       // it is there
};

// Keeps its memory for the next problem.
class Multigrid {
 public:
  // with_source: whether grid().source is used.
  void resize(int width, int height, bool with_source);
  // The finest grid: fill `inverse` (1 for unknown, else 0), `pull`, `rim` and, if asked for, `source` (all 0
  // in known cells); read `u` (0 in known cells) after solve().
  Grid& grid() { return grids_[0]; }
  const Grid& grid() const { return grids_[0]; }
  // cycles: on each grid on the way from coarse to fine; at least one; each makes the error three to five
  // times smaller.
  void solve(int cycles);
  // Of all grids.
  std::size_t bytes() const;

 private:
  void cycle(std::size_t level, Start start);
  std::vector<Grid> grids_;
  std::size_t levels_ = 0;
  bool with_source_ = false;
  RowLines lines_;
};

}  // namespace mien
