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

// One resolution. Rows have a rim of zeros around them, so that no loop asks for borders. Channels follow
// each other row by row.
struct Grid {
  static constexpr int kPad = 16;  // a cache line
  int width = 0, height = 0, stride = 0;
  // Per cell.
  AlignedFloats pull;         // of known neighbours: their number on the finest grid
  AlignedFloats diagonal;     // pull and the links to unknown neighbours
  AlignedFloats inverse;      // 1 / diagonal in unknown cells, else 0
  AlignedFloats right, down;  // links to the unknown cell there, 0 without one
  // Per cell and channel.
  AlignedFloats rim;     // sum of the known neighbours' values
  AlignedFloats source;  // the rest of the right-hand side
  AlignedFloats u, rhs;

  void resize(int w, int h, bool with_source);
  void shape(AlignedFloats* plane, int channels) const;
  std::size_t cell(int y) const { return static_cast<std::size_t>(y + 1) * stride + kPad; }
  // Whether this cell and the next kRun - 1 to its right are unknown: a quick look for what is mostly so.
  static constexpr int kRun = 16;
  bool all_unknown(int x, int y) const {
    if (x < 0 || y < 0 || y >= height || x + kRun > width) return false;
    int known = 0;
    for (int i = 0; i < kRun; ++i) known += !(inverse[cell(y) + x + i] > 0);
    return known == 0;
  }
  std::size_t value(int y, int channel) const {
    return (static_cast<std::size_t>(y + 1) * kGridChannels + channel) * stride + kPad;
  }
};

// What a pass over a grid needs beside it.
class SweepLines {
 public:
  void resize(int width);
  // 1 where x is even (0) or odd (1), else 0.
  const float* checker(int parity) const { return values_.data() + parity * size_; }
  float* line() { return values_.data() + 2 * size_ + Grid::kPad; }

 private:
  AlignedFloats values_;
  std::size_t size_ = 0;
};

// Keeps its memory for the next problem.
class Multigrid {
 public:
  // with_source: whether grid().source will be filled.
  void resize(int width, int height, bool with_source);
  // The finest grid: fill `inverse` (1 for unknown, else 0) and, if asked for, `source`; add to `pull` and
  // `rim`, which are 0; read `u` (0 in known cells) after solve().
  Grid& grid() { return grids_[0]; }
  const Grid& grid() const { return grids_[0]; }
  // cycles: on each grid on the way from coarse to fine; at least one; each makes the error three to five
  // times smaller.
  void solve(int cycles);
  // Of all grids.
  std::size_t bytes() const;

 private:
  // begin: the first on this grid, whose u then comes from the next coarser one.
  void cycle(std::size_t level, bool begin);
  std::vector<Grid> grids_;
  std::size_t levels_ = 0;
  bool with_source_ = false;
  SweepLines lines_;
};

}  // namespace mien
