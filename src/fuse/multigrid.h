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

#include "fuse/multigrid_grid.h"

namespace mien {

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
