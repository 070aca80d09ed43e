#include "fuse/multigrid.h"

#include <algorithm>

#include "core/simd_clones.h"

namespace mien {
namespace {

constexpr int kCoarsestSide = 3;
constexpr int kFirstSweeps = 100,
              kCoarsestSweeps = 8;        // on the coarsest grid, where a solution starts and later
constexpr std::size_t kVisitedTwice = 2;  // this grid and coarser ones, in a cycle ...
constexpr int kVisitedOnce = 8;  // ... but for those of so few cells a side: they would be visited often

// How much stronger known cells pull on the next coarser grid, per length of border. Nearer borders (2 -> 1.5
// cells) alone would ask for 1.2, but bilinear enlargement overshoots beside known cells, so that with less
// than this cycles diverge on some shapes; with more, wide open shapes become slow. Chosen by trying 1 to 2
// on squares, discs, slits, holes and thin walls of 56 to 512 px.
constexpr float kPullGrowth = 1.7f;

// Links of the finest grid, where all weigh 1. `inverse` still is 1 for unknown cells, in this row and below.
MIEN_INLINE void link_row(Grid* g, int y) {
  const float* __restrict own = g->inverse.data() + g->cell(y);
  const float* __restrict below = g->inverse.data() + g->cell(y + 1);
  float* __restrict right = g->right.data() + g->cell(y);
  float* __restrict down = g->down.data() + g->cell(y);
  for (int x = 0; x < g->width; ++x) right[x] = own[x] * own[x + 1], down[x] = own[x] * below[x];
}

MIEN_INLINE void add_up_diagonals(Grid* g, int y) {
  const std::size_t at = g->cell(y);
  const float* __restrict right = g->right.data() + at;
  const float* __restrict down = g->down.data() + at;
  const float* __restrict above = down - g->stride;
  const float* __restrict pull = g->pull.data() + at;
  float* __restrict diagonal = g->diagonal.data() + at;
  float* __restrict inverse = g->inverse.data() + at;
  for (int x = 0; x < g->width; ++x) {
    const float sum = pull[x] + right[x] + right[x - 1] + down[x] + above[x];
    diagonal[x] = sum;
    inverse[x] = inverse[x] > 0 && sum > 0 ? 1 / sum : 0.0f;
  }
}

// A row of the operator of the next coarser grid.
MIEN_INLINE void coarsen_row(const Grid& fine, int y, Grid* coarse) {
  const std::size_t top = fine.cell(2 * y), bottom = fine.cell(2 * y + 1), at = coarse->cell(y);
  const float* __restrict pull0 = fine.pull.data() + top;
  const float* __restrict pull1 = fine.pull.data() + bottom;
  const float* __restrict right0 = fine.right.data() + top;
  const float* __restrict right1 = fine.right.data() + bottom;
  const float* __restrict down1 = fine.down.data() + bottom;
  const float* __restrict unknown0 = fine.inverse.data() + top;
  const float* __restrict unknown1 = fine.inverse.data() + bottom;
  float* __restrict pull = coarse->pull.data() + at;
  float* __restrict right = coarse->right.data() + at;
  float* __restrict down = coarse->down.data() + at;
  float* __restrict inverse = coarse->inverse.data() + at;
  for (int x = 0; x < coarse->width; ++x) {
    const int u = 2 * x, v = u + 1;
    pull[x] = 0.5f * kPullGrowth * (pull0[u] + pull0[v] + pull1[u] + pull1[v]);
    right[x] = 0.5f * (right0[v] + right1[v]);
    down[x] = 0.5f * (down1[u] + down1[v]);
    inverse[x] = unknown0[u] + unknown0[v] + unknown1[u] + unknown1[v] > 0 ? 1.0f : 0.0f;
  }
}

// A grid's diagonals and the next coarser grid's links, pull and unknown cells (coarse: null on the
// coarsest). `inverse` comes in as 1 for unknown cells.
MIEN_SIMD_CLONES
void set_up_operator(bool finest, Grid* g, Grid* coarse) {
  for (int y = 0; y < g->height; ++y) {
    if (finest) link_row(g, y);
    add_up_diagonals(g, y);
    if (coarse && (y % 2 == 1 || y + 1 == g->height)) coarsen_row(*g, y / 2, coarse);
  }
}

// coarse = scale * sums over 2 x 2 cells.
MIEN_SIMD_CLONES
void add_up_boxes(const Grid& fine, const AlignedFloats& in, float scale, const Grid& coarse,
                  AlignedFloats* out) {
  for (int y = 0; y < coarse.height; ++y) {
    for (int c = 0; c < kGridChannels; ++c) {
      const float *top = in.data() + fine.value(2 * y, c), *bottom = in.data() + fine.value(2 * y + 1, c);
      float* to = out->data() + coarse.value(y, c);
      for (int x = 0; x < coarse.width; ++x)
        to[x] = scale * (top[2 * x] + top[2 * x + 1] + bottom[2 * x] + bottom[2 * x + 1]);
    }
  }
}

// Gauss-Seidel on every other cell of a row: those whose checker is 1. The whole row is relaxed into `line`,
// as vectors are faster than picking cells; in place each vector would wait for the one before, which it
// overlaps.
MIEN_INLINE void keep_checked(const float* __restrict line, const float* __restrict checker, int n,
                              float* __restrict u) {
  for (int x = 0; x < n; ++x) u[x] = checker[x] > 0 ? line[x] : u[x];
}

MIEN_INLINE void relax_row_finest(Grid* g, int y, const float* checker, float* __restrict line) {
  const int n = g->width, row = kGridChannels * g->stride;
  const float* __restrict inverse = g->inverse.data() + g->cell(y);
  for (int c = 0; c < kGridChannels; ++c) {
    const float* __restrict u = g->u.data() + g->value(y, c);
    const float* __restrict rhs = g->rhs.data() + g->value(y, c);
    for (int x = 0; x < n; ++x)
      line[x] = inverse[x] * (rhs[x] + ((u[x - 1] + u[x + 1]) + (u[x - row] + u[x + row])));
    keep_checked(line, checker, n, g->u.data() + g->value(y, c));
  }
}

MIEN_INLINE void relax_row_linked(Grid* g, int y, const float* checker, float* __restrict line) {
  const int n = g->width, row = kGridChannels * g->stride;
  const std::size_t at = g->cell(y);
  const float* __restrict inverse = g->inverse.data() + at;
  const float* __restrict right = g->right.data() + at;
  const float* __restrict down = g->down.data() + at;
  const float* __restrict above = down - g->stride;
  for (int c = 0; c < kGridChannels; ++c) {
    const float* __restrict u = g->u.data() + g->value(y, c);
    const float* __restrict rhs = g->rhs.data() + g->value(y, c);
    for (int x = 0; x < n; ++x) {
      line[x] = inverse[x] * (rhs[x] + (right[x - 1] * u[x - 1] + right[x] * u[x + 1]) +
                              (above[x] * u[x - row] + down[x] * u[x + row]));
    }
    keep_checked(line, checker, n, g->u.data() + g->value(y, c));
  }
}

// Red cells of a row (those where x + y is even) or black ones. A row's black cells may be relaxed once the
// red ones of the row below are.
MIEN_INLINE void relax_row(bool finest, bool red, Grid* g, int y, SweepLines* lines) {
  const float* checker = lines->checker((y & 1) ^ (red ? 0 : 1));
  finest ? relax_row_finest(g, y, checker, lines->line()) : relax_row_linked(g, y, checker, lines->line());
}

MIEN_SIMD_CLONES
void sweep(bool finest, Grid* g, SweepLines* lines) {
  for (int y = 0; y <= g->height; ++y) {
    if (y < g->height) relax_row(finest, true, g, y, lines);
    if (y > 0) relax_row(finest, false, g, y - 1, lines);
  }
}

// sum += the residual of a row of one channel. A cell's residual is its diagonal times what relaxing would
// add.
MIEN_INLINE void add_residual(const Grid& g, bool finest, int y, int c, float* __restrict sum) {
  const int row = kGridChannels * g.stride;
  const std::size_t at = g.cell(y);
  const float* __restrict inverse = g.inverse.data() + at;
  const float* __restrict diagonal = g.diagonal.data() + at;
  const float* __restrict right = g.right.data() + at;
  const float* __restrict down = g.down.data() + at;
  const float* __restrict above = down - g.stride;
  const float* __restrict rhs = g.rhs.data() + g.value(y, c);
  const float* __restrict u = g.u.data() + g.value(y, c);
  if (finest) {
    for (int x = 0; x < g.width; ++x) {
      const float residual =
          rhs[x] + ((u[x - 1] + u[x + 1]) + (u[x - row] + u[x + row])) - diagonal[x] * u[x];
      sum[x] += inverse[x] > 0 ? residual : 0.0f;
    }
    return;
  }
  for (int x = 0; x < g.width; ++x) {
    const float neighbours =
        (right[x - 1] * u[x - 1] + right[x] * u[x + 1]) + (above[x] * u[x - row] + down[x] * u[x + row]);
    const float residual = rhs[x] + neighbours - diagonal[x] * u[x];
    sum[x] += inverse[x] > 0 ? residual : 0.0f;
  }
}

// A row of the coarse rhs = sums of the residual over 2 x 2 cells.
MIEN_INLINE void restrict_row(const Grid& g, bool finest, int y, Grid* coarse, SweepLines* lines) {
  float* __restrict sum = lines->line();
  for (int c = 0; c < kGridChannels; ++c) {
    std::fill(sum, sum + g.stride, 0.0f);
    for (int v = 2 * y; v < std::min(2 * y + 2, g.height); ++v) add_residual(g, finest, v, c, sum);
    float* __restrict to = coarse->rhs.data() + coarse->value(y, c);
    for (int x = 0; x < coarse->width; ++x) to[x] = sum[2 * x] + sum[2 * x + 1];
  }
}

// A row of the fine u (+)= bilinear enlargement of the coarse u, in unknown cells.
MIEN_INLINE void enlarge_row(const Grid& coarse, bool add, int y, Grid* fine, SweepLines* lines) {
  float* __restrict mixed = lines->line();
  const float* __restrict inverse = fine->inverse.data() + fine->cell(y);
  const int near = y / 2, far = near + (y % 2 == 0 ? -1 : 1);
  for (int c = 0; c < kGridChannels; ++c) {
    const float* __restrict a = coarse.u.data() + coarse.value(near, c);
    const float* __restrict b = coarse.u.data() + coarse.value(far, c);
    for (int x = -1; x <= coarse.width; ++x) mixed[x] = 0.75f * a[x] + 0.25f * b[x];
    float* __restrict to = fine->u.data() + fine->value(y, c);
    for (int x = 0; x < coarse.width; ++x) {
      const float even = 0.75f * mixed[x] + 0.25f * mixed[x - 1] + (add ? to[2 * x] : 0.0f);
      const float odd = 0.75f * mixed[x] + 0.25f * mixed[x + 1] + (add ? to[2 * x + 1] : 0.0f);
      to[2 * x] = inverse[2 * x] > 0 ? even : 0.0f;
      to[2 * x + 1] = inverse[2 * x + 1] > 0 ? odd : 0.0f;
    }
  }
}

// A grid does not fit into the nearest caches, so what a cycle does to it before and after the coarser grids'
// turn is done in one pass each, row behind row. begin: u is not known yet and comes from the coarse grid's.
MIEN_SIMD_CLONES
void sweep_and_restrict(bool begin, bool finest, Grid* g, Grid* coarse, SweepLines* lines) {
  int next = 0;
  for (int row = 0, y = begin ? -1 : 0; y <= g->height; ++row, ++y) {
    if (begin && row < g->height) enlarge_row(*coarse, false, row, g, lines);
    if (y >= 0 && y < g->height) relax_row(finest, true, g, y, lines);
    if (y > 0) relax_row(finest, false, g, y - 1, lines);
    // Rows up to y - 1 are done, so residuals up to y - 2 are known.
    if (2 * next + 1 <= y - 2) restrict_row(*g, finest, next++, coarse, lines);
  }
  while (next < coarse->height) restrict_row(*g, finest, next++, coarse, lines);
}

MIEN_SIMD_CLONES
void add_and_sweep(const Grid& coarse, bool finest, Grid* g, SweepLines* lines) {
  for (int y = 0; y <= g->height + 1; ++y) {
    if (y < g->height) enlarge_row(coarse, true, y, g, lines);
    if (y > 0 && y <= g->height) relax_row(finest, true, g, y - 1, lines);
    if (y > 1) relax_row(finest, false, g, y - 2, lines);
  }
}

// Known cells hold 0, which is not what lies there: before a solution is enlarged they get the mean of the
// unknown cells around them.
void extend_into_known(Grid* g) {
  for (int y = -1; y <= g->height; ++y) {
    for (int x = -1; x <= g->width; ++x) {
      if (g->all_unknown(x, y)) {
        x += Grid::kRun - 1;
        continue;
      }
      const auto unknown = [&](int u, int v) {
        return u >= 0 && v >= 0 && u < g->width && v < g->height && g->inverse[g->cell(v) + u] > 0;
      };
      if (unknown(x, y)) continue;
      float sum[kGridChannels] = {}, count = 0;
      for (int v = y - 1; v <= y + 1; ++v) {
        for (int u = x - 1; u <= x + 1; ++u) {
          if (!unknown(u, v)) continue;
          for (int c = 0; c < kGridChannels; ++c) sum[c] += g->u[g->value(v, c) + u];
          ++count;
        }
      }
      for (int c = 0; c < kGridChannels; ++c) g->u[g->value(y, c) + x] = count > 0 ? sum[c] / count : 0.0f;
    }
  }
}

void add_to(const AlignedFloats& in, AlignedFloats* out) {
  for (std::size_t i = 0; i < in.size(); ++i) (*out)[i] += in[i];
}

}  // namespace

void SweepLines::resize(int width) {
  size_ = (static_cast<std::size_t>(width) + 2 * Grid::kPad + 47) / 16 * 16;
  values_.assign(3 * size_, 0.0f);
  for (std::size_t x = 0; x < size_; ++x) values_[x + x % 2 * size_] = 1;
}

// Only the rim has to be 0; what is inside gets written.
void Grid::shape(AlignedFloats* plane, int channels) const {
  const std::size_t row = static_cast<std::size_t>(stride) * channels, rows = height + 3;
  plane->resize(rows * row);
  const auto clear = [&](std::size_t from, std::size_t to) {
    std::fill(plane->begin() + static_cast<std::ptrdiff_t>(from),
              plane->begin() + static_cast<std::ptrdiff_t>(to), 0.0f);
  };
  clear(0, row);
  for (std::size_t line = channels; line < (rows - 2) * channels; ++line) {
    clear(line * stride, line * stride + kPad);
    clear(line * stride + kPad + width, (line + 1) * stride);
  }
  clear((rows - 2) * row, rows * row);
}

void Grid::resize(int w, int h, bool with_source) {
  width = w, height = h, stride = (w + 2 * kPad + 15) / 16 * 16;
  for (AlignedFloats* plane : {&pull, &diagonal, &inverse, &right, &down}) shape(plane, 1);
  for (AlignedFloats* plane : {&rim, &u, &rhs}) shape(plane, kGridChannels);
  if (with_source) shape(&source, kGridChannels);
}

void Multigrid::resize(int width, int height, bool with_source) {
  with_source_ = with_source;
  levels_ = 0;
  for (int w = width, h = height;; w = (w + 1) / 2, h = (h + 1) / 2) {
    if (grids_.size() == levels_) grids_.emplace_back();
    grids_[levels_++].resize(w, h, with_source);
    if (std::max(w, h) <= kCoarsestSide) break;
  }
  lines_.resize(width);
  std::fill(grids_[0].pull.begin(), grids_[0].pull.end(), 0.0f);
  std::fill(grids_[0].rim.begin(), grids_[0].rim.end(), 0.0f);
  std::fill(grids_[levels_ - 1].u.begin(), grids_[levels_ - 1].u.end(), 0.0f);
}

void Multigrid::solve(int cycles) {
  for (std::size_t l = 0; l < levels_; ++l) {
    Grid* coarse = l + 1 < levels_ ? &grids_[l + 1] : nullptr;
    set_up_operator(l == 0, &grids_[l], coarse);
    if (coarse == nullptr) break;
    add_up_boxes(grids_[l], grids_[l].rim, 0.5f * kPullGrowth, *coarse, &coarse->rim);
    if (with_source_) add_up_boxes(grids_[l], grids_[l].source, 1.0f, *coarse, &coarse->source);
  }
  for (std::size_t l = 0; l < levels_; ++l) {
    grids_[l].rhs.swap(grids_[l].rim);
    if (with_source_) add_to(grids_[l].source, &grids_[l].rhs);
  }
  for (int i = 0; i < kFirstSweeps; ++i) sweep(levels_ == 1, &grids_[levels_ - 1], &lines_);
  for (std::size_t l = levels_ - 1; l-- > 0;) {
    extend_into_known(&grids_[l + 1]);
    for (int i = 0; i < std::max(1, cycles); ++i) cycle(l, i == 0);
  }
}

void Multigrid::cycle(std::size_t level, bool begin) {
  Grid& g = grids_[level];
  if (level + 1 == levels_) {
    for (int i = 0; i < kCoarsestSweeps; ++i) sweep(level == 0, &g, &lines_);
    return;
  }
  Grid& coarse = grids_[level + 1];
  sweep_and_restrict(begin, level == 0, &g, &coarse, &lines_);
  std::fill(coarse.u.begin(), coarse.u.end(), 0.0f);
  const bool once = level + 1 < kVisitedTwice || std::max(coarse.width, coarse.height) <= kVisitedOnce;
  for (int i = 0; i < (once ? 1 : 2); ++i) cycle(level + 1, false);
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
