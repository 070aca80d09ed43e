#include "fuse/multigrid.h"

#include <algorithm>

#include "core/simd_clones.h"
#include "fuse/multigrid_setup.h"

namespace mien {
namespace {

constexpr int kCoarsestSide = 3;
constexpr int kFirstSweeps = 100,
              kCoarsestSweeps = 8;        // on the coarsest grid, where a solution starts and later
constexpr std::size_t kVisitedTwice = 3;  // this grid and coarser ones, in a cycle ...
constexpr int kVisitedOnce = 8;  // ... but for those of so few cells a side: they would be visited often

// What sweeps and residuals need of half a row, for one channel. beside[i] and beside[i + 1] are cell i's
// neighbours in its row.
struct Stencil {
  int n;
  const float *inverse, *diagonal, *rhs, *beside, *above, *below;
};

MIEN_INLINE Stencil stencil_of(const Grid& g, int y, int c, int parity) {
  const std::size_t cells = g.cells(y, parity), values = g.values(y, c, parity);
  const float* u = g.u.data() + values;
  return {g.whole_vectors(),
          g.inverse.data() + cells,
          g.diagonal.data() + cells,
          g.rhs.data() + values,
          g.u.data() + g.values(y, c, 1 - parity) + parity - 1,
          u - g.value_row(),
          u + g.value_row()};
}

MIEN_INLINE void relax_finest(const Stencil& s, float* __restrict u) {
  const float* __restrict inverse = s.inverse;
  const float* __restrict rhs = s.rhs;
  const float* __restrict beside = s.beside;
  const float* __restrict above = s.above;
  const float* __restrict below = s.below;
  for (int i = 0; i < s.n; ++i)
    u[i] = inverse[i] * (rhs[i] + ((beside[i] + beside[i + 1]) + (above[i] + below[i])));
}

MIEN_INLINE void relax_linked(const Stencil& s, const Links& links, float* __restrict u) {
  const float* __restrict inverse = s.inverse;
  const float* __restrict rhs = s.rhs;
  const float* __restrict beside = s.beside;
  const float* __restrict above = s.above;
  const float* __restrict below = s.below;
  const float* __restrict left = links.left;
  const float* __restrict right = links.right;
  const float* __restrict up = links.up;
  const float* __restrict down = links.down;
  for (int i = 0; i < s.n; ++i) {
    u[i] = inverse[i] * (rhs[i] + (left[i] * beside[i] + right[i] * beside[i + 1]) +
                         (up[i] * above[i] + down[i] * below[i]));
  }
}

MIEN_INLINE int parity_of(bool red, int y) { return (y & 1) ^ (red ? 0 : 1); }

// Gauss-Seidel on the red cells of a row (those where x + y is even) or the black ones. A row's black cells
// may be relaxed once the red ones of the row below are.
MIEN_INLINE void relax_row(bool finest, bool red, Grid* g, int y) {
  const int parity = parity_of(red, y);
  const Links links = finest ? Links{} : links_of(*g, y, parity);
  for (int c = 0; c < kGridChannels; ++c) {
    const Stencil stencil = stencil_of(*g, y, c, parity);
    float* u = g->u.data() + g->values(y, c, parity);
    finest ? relax_finest(stencil, u) : relax_linked(stencil, links, u);
  }
}

// The same for red cells where all of u counts as 0.
MIEN_INLINE void relax_row_of_zeros(Grid* g, int y) {
  const int parity = parity_of(true, y), n = g->whole_vectors();
  const float* __restrict inverse = g->inverse.data() + g->cells(y, parity);
  for (int c = 0; c < kGridChannels; ++c) {
    const float* __restrict rhs = g->rhs.data() + g->values(y, c, parity);
    float* __restrict u = g->u.data() + g->values(y, c, parity);
    for (int i = 0; i < n; ++i) u[i] = inverse[i] * rhs[i];
  }
}

MIEN_SIMD_CLONES
void sweep(bool finest, Grid* g) {
  for (int y = 0; y <= g->height; ++y) {
    if (y < g->height) relax_row(finest, true, g, y);
    if (y > 0) relax_row(finest, false, g, y - 1);
  }
}

// sum (+)= the residual of half a row of one channel.
MIEN_INLINE void add_residual_finest(const Stencil& s, const float* __restrict u, bool add,
                                     float* __restrict sum) {
  const float* __restrict inverse = s.inverse;
  const float* __restrict diagonal = s.diagonal;
  const float* __restrict rhs = s.rhs;
  const float* __restrict beside = s.beside;
  const float* __restrict above = s.above;
  const float* __restrict below = s.below;
  for (int i = 0; i < s.n; ++i) {
    const float residual =
        rhs[i] + ((beside[i] + beside[i + 1]) + (above[i] + below[i])) - diagonal[i] * u[i];
    sum[i] = (add ? sum[i] : 0.0f) + (inverse[i] > 0 ? residual : 0.0f);
  }
}

// Known cells have no links, so theirs is 0.
MIEN_INLINE void add_residual_linked(const Stencil& s, const Links& links, const float* __restrict u,
                                     bool add, float* __restrict sum) {
  const float* __restrict diagonal = s.diagonal;
  const float* __restrict rhs = s.rhs;
  const float* __restrict beside = s.beside;
  const float* __restrict above = s.above;
  const float* __restrict below = s.below;
  const float* __restrict left = links.left;
  const float* __restrict right = links.right;
  const float* __restrict up = links.up;
  const float* __restrict down = links.down;
  for (int i = 0; i < s.n; ++i) {
    const float residual = rhs[i] + (left[i] * beside[i] + right[i] * beside[i + 1]) +
                           (up[i] * above[i] + down[i] * below[i]) - diagonal[i] * u[i];
    sum[i] = (add ? sum[i] : 0.0f) + residual;
  }
}

// A row of the coarse rhs = sums of the residual over 2 x 2 cells, of which the two black ones have none:
// they were relaxed last.
MIEN_INLINE void restrict_row(const Grid& g, bool finest, int y, Grid* coarse, RowLines* lines) {
  float* sum = lines->line(0);
  for (int c = 0; c < kGridChannels; ++c) {
    for (int v = 2 * y; v < 2 * y + 2; ++v) {
      const int parity = parity_of(true, v);
      const Stencil stencil = stencil_of(g, v, c, parity);
      const float* u = g.u.data() + g.values(v, c, parity);
      finest ? add_residual_finest(stencil, u, v > 2 * y, sum)
             : add_residual_linked(stencil, links_of(g, v, parity), u, v > 2 * y, sum);
    }
    sum[coarse->width] = 0;
    split_line(sum, coarse->width, coarse->rhs.data() + coarse->values(y, c, 0),
               coarse->rhs.data() + coarse->values(y, c, 1));
  }
}

// Black cells of a row of the fine u (+)= bilinear enlargement of the coarse u. Red ones are relaxed next,
// which does not ask for what they were.
MIEN_INLINE void enlarge_row(const Grid& coarse, bool add, int y, Grid* fine, RowLines* lines) {
  const int parity = parity_of(false, y), n = fine->whole_vectors(), pairs = coarse.width / 2 + 1;
  const int near = y / 2, far = near + (y % 2 == 0 ? -1 : 1);
  float* __restrict mixed = lines->line(0);
  const float* __restrict side = mixed + 2 * parity - 1;
  const float* __restrict inverse = fine->inverse.data() + fine->cells(y, parity);
  for (int c = 0; c < kGridChannels; ++c) {
    const float* __restrict a0 = coarse.u.data() + coarse.values(near, c, 0);
    const float* __restrict a1 = a0 + coarse.half;
    const float* __restrict b0 = coarse.u.data() + coarse.values(far, c, 0);
    const float* __restrict b1 = b0 + coarse.half;
    mixed[-1] = 0.75f * a1[-1] + 0.25f * b1[-1];
    for (int i = 0; i < pairs; ++i) {
      mixed[2 * i] = 0.75f * a0[i] + 0.25f * b0[i];
      mixed[2 * i + 1] = 0.75f * a1[i] + 0.25f * b1[i];
    }
    float* __restrict to = fine->u.data() + fine->values(y, c, parity);
    for (int i = 0; i < n; ++i) {
      const float value = 0.75f * mixed[i] + 0.25f * side[i] + (add ? to[i] : 0.0f);
      to[i] = inverse[i] > 0 ? value : 0.0f;
    }
  }
}

// A grid does not fit into the nearest caches, so what a cycle does to it before and after the coarser grids'
// turn is done in one pass each, row behind row.
MIEN_SIMD_CLONES
void sweep_and_restrict(Start start, bool finest, Grid* g, Grid* coarse, RowLines* lines) {
  const bool enlarged = start == Start::kEnlarged;
  int next = 0;
  for (int row = 0, y = enlarged ? -1 : 0; y <= g->height; ++row, ++y) {
    if (enlarged && row < g->height) enlarge_row(*coarse, false, row, g, lines);
    if (y >= 0 && y < g->height) {
      start == Start::kZero ? relax_row_of_zeros(g, y) : relax_row(finest, true, g, y);
    }
    if (y > 0) relax_row(finest, false, g, y - 1);
    // Rows up to y - 1 are done, so residuals up to y - 2 are known.
    if (2 * next + 1 <= y - 2) restrict_row(*g, finest, next++, coarse, lines);
  }
  while (next < coarse->height) restrict_row(*g, finest, next++, coarse, lines);
}

MIEN_SIMD_CLONES
void add_and_sweep(const Grid& coarse, bool finest, Grid* g, RowLines* lines) {
  for (int y = 0; y <= g->height + 1; ++y) {
    if (y < g->height) enlarge_row(coarse, true, y, g, lines);
    if (y > 0 && y <= g->height) relax_row(finest, true, g, y - 1);
    if (y > 1) relax_row(finest, false, g, y - 2);
  }
}

// Whether these cells are all unknown, or all not: a quick look for what is mostly so.
constexpr int kRun = 8;
bool all_unknown(const float* inverse) {
  int known = 0;
  for (int i = 0; i < kRun; ++i) known += !(inverse[i] > 0);
  return known == 0;
}

// Known cells hold 0, which is not what lies there: before a solution is enlarged they get the mean of the
// unknown cells around them.
void extend_into_known(Grid* g) {
  for (int y = -1; y <= g->height; ++y) {
    for (int x = -1; x <= g->width; ++x) {
      if (x >= 0 && all_unknown(g->inverse.data() + g->cell(x, y)) &&
          all_unknown(g->inverse.data() + g->cell(x + 1, y))) {
        x += 2 * kRun - 1;
        continue;
      }
      const auto unknown = [&](int u, int v) { return g->inverse[g->cell(u, v)] > 0; };
      if (unknown(x, y)) continue;
      float sum[kGridChannels] = {}, count = 0;
      for (int v = std::max(y - 1, 0); v <= std::min(y + 1, g->height - 1); ++v) {
        for (int u = std::max(x - 1, 0); u <= std::min(x + 1, g->width - 1); ++u) {
          if (!unknown(u, v)) continue;
          for (int c = 0; c < kGridChannels; ++c) sum[c] += g->u[g->value(u, v, c)];
          ++count;
        }
      }
      for (int c = 0; c < kGridChannels; ++c) g->u[g->value(x, y, c)] = count > 0 ? sum[c] / count : 0.0f;
    }
  }
}

void add_to(const AlignedFloats& in, AlignedFloats* out) {
  for (std::size_t i = 0; i < in.size(); ++i) (*out)[i] += in[i];
}

}  // namespace

void Multigrid::resize(int width, int height, bool with_source) {
  with_source_ = with_source;
  levels_ = 0;
  for (int w = width, h = height;; w = (w + 1) / 2, h = (h + 1) / 2) {
    if (grids_.size() == levels_) grids_.emplace_back();
    grids_[levels_].resize(w, h, levels_ > 0, with_source);
    ++levels_;
    if (std::max(w, h) <= kCoarsestSide) break;
  }
  lines_.resize(width);
}

void Multigrid::solve(int cycles) {
  for (std::size_t l = 0; l < levels_; ++l) {
    Grid* coarse = l + 1 < levels_ ? &grids_[l + 1] : nullptr;
    set_up_operator(l == 0, &grids_[l], coarse, &lines_);
    if (coarse == nullptr) break;
    coarsen_rim(grids_[l], coarse, &lines_);
    if (with_source_) hand_down_source(grids_[l], coarse, &lines_);
  }
  for (std::size_t l = 0; l < levels_; ++l) {
    grids_[l].rhs.swap(grids_[l].rim);
    if (with_source_) add_to(grids_[l].source, &grids_[l].rhs);
  }
  Grid& coarsest = grids_[levels_ - 1];
  std::fill(coarsest.u.begin(), coarsest.u.end(), 0.0f);
  for (int i = 0; i < kFirstSweeps; ++i) sweep(levels_ == 1, &coarsest);
  for (std::size_t l = levels_ - 1; l-- > 0;) {
    Grid& coarse = grids_[l + 1];
    extend_into_known(&coarse);
    for (int i = 0; i < std::max(1, cycles); ++i) cycle(l, i == 0 ? Start::kEnlarged : Start::kOwn);
  }
}

void Multigrid::cycle(std::size_t level, Start start) {
  Grid& g = grids_[level];
  if (level + 1 == levels_) {
    if (start == Start::kZero) std::fill(g.u.begin(), g.u.end(), 0.0f);
    for (int i = 0; i < kCoarsestSweeps; ++i) sweep(level == 0, &g);
    return;
  }
  Grid& coarse = grids_[level + 1];
  sweep_and_restrict(start, level == 0, &g, &coarse, &lines_);
  // What lay around the coarse grid's solution is not to be taken for corrections.
  if (start == Start::kEnlarged) coarse.clear_rims(&coarse.u, kGridChannels);
  const bool once = level + 1 < kVisitedTwice || std::max(coarse.width, coarse.height) <= kVisitedOnce;
  for (int i = 0; i < (once ? 1 : 2); ++i) cycle(level + 1, i == 0 ? Start::kZero : Start::kOwn);
  add_and_sweep(coarse, level == 0, &g, &lines_);
}

std::size_t Multigrid::bytes() const {
  std::size_t sum = 0;
  for (const Grid& g : grids_) {
    for (const auto* plane :
         {&g.pull, &g.diagonal, &g.inverse, &g.right, &g.down, &g.rim, &g.source, &g.u, &g.rhs})
      sum += plane->capacity() * sizeof(float);
  }
  return sum;
}

}  // namespace mien
