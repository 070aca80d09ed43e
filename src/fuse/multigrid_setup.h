// How the coarser grids of a multigrid solver (multigrid.h) come to be.
#pragma once

#include "fuse/multigrid_grid.h"

namespace mien {

// A grid's diagonals and the next coarser grid's links, pull and unknown cells (coarse: null on the
// coarsest). `inverse` comes in as 1 for unknown cells.
void set_up_operator(bool finest, Grid* g, Grid* coarse, RowLines* lines);

// The known neighbours' values on the coarse grid, in step with their pull.
void coarsen_rim(const Grid& fine, Grid* coarse, RowLines* lines);

// The rest of the right-hand side on the coarse grid, whose operator is set up.
void hand_down_source(const Grid& fine, Grid* coarse, RowLines* lines);

}  // namespace mien
