#include "fuse/multigrid_setup.h"

#include <algorithm>
#include <utility>

#include "core/simd_clones.h"

namespace mien {
namespace {

// How much stronger known cells pull on the next coarser grid, per length of border. Nearer borders (2 -> 1.5
// cells) alone would ask for 1.2, but bilinear enlargement overshoots beside known cells, so that with less
// than this cycles diverge on some shapes; with more, wide open shapes become slow. Chosen by trying 1 to 2
// on squares, discs, slits, holes and thin walls of 56 to 512 px.
constexpr float kPullGrowth = 1.7f;

MIEN_INLINE void add_up_diagonals(Grid* g, int y) {
  const int n = g->whole_vectors();
  for (int parity = 0; parity < 2; ++parity) {
    const std::size_t at = g->cells(y, parity);
    const Links links = links_of(*g, y, parity);
    const float* __restrict left = links.left;
    const float* __restrict right = links.right;
    const float* __restrict up = links.up;
    const float* __restrict down = links.down;
    const float* __restrict pull = g->pull.data() + at;
    float* __restrict diagonal = g->diagonal.data() + at;
    float* __restrict inverse = g->inverse.data() + at;
    for (int i = 0; i < n; ++i) {
      const float sum = pull[i] + right[i] + left[i] + down[i] + up[i];
      diagonal[i] = sum;
      inverse[i] = inverse[i] > 0 && sum > 0 ? 1 / sum : 0.0f;
    }
  }
}

// On the finest grid all links weigh 1 and are not kept: they are where both cells are unknown, which
// `inverse` tells before and after it is set.
MIEN_INLINE float link(float a, float b) { return a > 0 && b > 0 ? 1.0f : 0.0f; }

MIEN_INLINE void add_up_diagonals_finest(Grid* g, int y) {
  const int n = g->whole_vectors();
  for (int parity = 0; parity < 2; ++parity) {
    const std::size_t at = g->cells(y, parity);
    const float* __restrict beside = g->inverse.data() + g->cells(y, 1 - parity) + parity - 1;
    const float* __restrict above = g->inverse.data() + at - g->cell_row();
    const float* __restrict below = g->inverse.data() + at + g->cell_row();
    const float* __restrict pull = g->pull.data() + at;
    float* __restrict diagonal = g->diagonal.data() + at;
    float* __restrict inverse = g->inverse.data() + at;
    for (int i = 0; i < n; ++i) {
      const float own = inverse[i];
      const float sum = pull[i] + (link(own, beside[i]) + link(own, beside[i + 1])) +
                        (link(own, above[i]) + link(own, below[i]));
      diagonal[i] = sum;
      inverse[i] = own > 0 && sum > 0 ? 1 / sum : 0.0f;
    }
  }
}

// A fine row's pieces: the cells of a coarse cell are even[x] and odd[x] of two rows.
struct Pieces {
  const float *even, *odd;
};

MIEN_INLINE Pieces pieces(const Grid& g, const AlignedFloats& plane, int y) {
  const float* even = plane.data() + g.cells(y, 0);
  return {even, even + g.half};
}

// coarse = scale * sums over 2 x 2 cells.
MIEN_INLINE void add_up_boxes(const Pieces& top, const Pieces& bottom, float scale, int width,
                              float* __restrict line, float* __restrict even, float* __restrict odd) {
  const float* __restrict top0 = top.even;
  const float* __restrict top1 = top.odd;
  const float* __restrict bottom0 = bottom.even;
  const float* __restrict bottom1 = bottom.odd;
  for (int x = 0; x < width; ++x) line[x] = scale * ((top0[x] + top1[x]) + (bottom0[x] + bottom1[x]));
  line[width] = 0;
  split_line(line, width, even, odd);
}

// coarse = half the sum of two links.
MIEN_INLINE void add_up_links(const float* __restrict a, const float* __restrict b, int width,
                              float* __restrict line, float* __restrict even, float* __restrict odd) {
  for (int x = 0; x < width; ++x) line[x] = 0.5f * (a[x] + b[x]);
  line[width] = 0;
  split_line(line, width, even, odd);
}

// The same of links that are not kept: between a and a_next, b and b_next.
MIEN_INLINE void add_up_links_finest(const float* __restrict a, const float* __restrict a_next,
                                     const float* __restrict b, const float* __restrict b_next, int width,
                                     float* __restrict line, float* __restrict even, float* __restrict odd) {
  for (int x = 0; x < width; ++x) line[x] = 0.5f * (link(a[x], a_next[x]) + link(b[x], b_next[x]));
  line[width] = 0;
  split_line(line, width, even, odd);
}

MIEN_INLINE void coarsen_links(const Grid& fine, bool finest, int y, Grid* coarse, float* line) {
  const int top = 2 * y, bottom = 2 * y + 1, width = coarse->width;
  float *right = coarse->right.data() + coarse->cells(y, 0),
        *down = coarse->down.data() + coarse->cells(y, 0);
  if (finest) {
    const Pieces upper = pieces(fine, fine.inverse, top), lower = pieces(fine, fine.inverse, bottom),
                 below = pieces(fine, fine.inverse, bottom + 1);
    add_up_links_finest(upper.odd, upper.even + 1, lower.odd, lower.even + 1, width, line, right,
                        right + coarse->half);
    add_up_links_finest(lower.even, below.even, lower.odd, below.odd, width, line, down, down + coarse->half);
    return;
  }
  add_up_links(pieces(fine, fine.right, top).odd, pieces(fine, fine.right, bottom).odd, width, line, right,
               right + coarse->half);
  const Pieces through = pieces(fine, fine.down, bottom);
  add_up_links(through.even, through.odd, width, line, down, down + coarse->half);
}

// A row of the operator of the next coarser grid.
MIEN_INLINE void coarsen_row(const Grid& fine, bool finest, int y, Grid* coarse, RowLines* lines) {
  const int top = 2 * y, bottom = 2 * y + 1;
  float* line = lines->line(0);
  coarsen_links(fine, finest, y, coarse, line);
  float* pull = coarse->pull.data() + coarse->cells(y, 0);
  add_up_boxes(pieces(fine, fine.pull, top), pieces(fine, fine.pull, bottom), 0.5f * kPullGrowth,
               coarse->width, line, pull, pull + coarse->half);
  float* inverse = coarse->inverse.data() + coarse->cells(y, 0);
  add_up_boxes(pieces(fine, fine.inverse, top), pieces(fine, fine.inverse, bottom), 1, coarse->width, line,
               inverse, inverse + coarse->half);
  for (float* cells : {inverse, inverse + coarse->half}) {
    for (int i = 0; i < coarse->whole_vectors(); ++i) cells[i] = cells[i] > 0 ? 1.0f : 0.0f;
  }
}

// Sources are handed to the coarse cells that enlarge_row() would read their cell from, with the same
// weights. Sums over 2 x 2 cells would lose pairs of opposite sources within a coarse cell (the step where
// two bases meet is made of them), and a solution would start far off. What has no link to go through stays
// where known cells do not pull, and else is lost to them.
MIEN_INLINE void hand_sideways(const Pieces& row, const float* __restrict right,
                               const float* __restrict stays, int width, float* __restrict out) {
  const float* __restrict even = row.even;
  const float* __restrict odd = row.odd;
  for (int x = 0; x < width; ++x) {
    const float left_side = right[x - 1] > 0 ? 0.25f * odd[x - 1] : stays[x] * even[x];
    const float right_side = right[x] > 0 ? 0.25f * even[x + 1] : stays[x] * odd[x];
    out[x] = 0.75f * (even[x] + odd[x]) + (left_side + right_side);
  }
}

// The links of a coarse row's cells, in the order of x; stays: the share of what has no link.
struct CoarseLines {
  float *right, *up, *down, *stays;
};

MIEN_INLINE void hand_up_and_down(const float* __restrict top, const float* __restrict bottom,
                                  const CoarseLines& links, int width, float* __restrict before,
                                  float* __restrict own, float* __restrict after) {
  const float* __restrict up = links.up;
  const float* __restrict down = links.down;
  const float* __restrict stays = links.stays;
  for (int x = 0; x < width; ++x) {
    const float upper = (up[x] > 0 ? 0.25f : 0.0f) * top[x], lower = (down[x] > 0 ? 0.25f : 0.0f) * bottom[x];
    own[x] += 0.75f * (top[x] + bottom[x]) + (up[x] > 0 ? 0.0f : stays[x]) * top[x] +
              (down[x] > 0 ? 0.0f : stays[x]) * bottom[x];
    before[x] += upper, after[x] = lower;
  }
}

MIEN_INLINE void fill_lines(const Grid& g, int y, const CoarseLines& lines) {
  const auto read = [&](const AlignedFloats& plane, int row, float* line) {
    const Pieces from = pieces(g, plane, row);
    merge_line(from.even, from.odd, g.width, line);
  };
  lines.right[-1] = 0;
  read(g.right, y, lines.right), read(g.down, y - 1, lines.up), read(g.down, y, lines.down);
  read(g.pull, y, lines.stays);
  for (int x = 0; x < g.width; ++x) lines.stays[x] = lines.stays[x] > 0 ? 0.0f : 0.25f;
}

MIEN_INLINE void set_source_row(float* __restrict line, int y, int c, Grid* g) {
  line[g->width] = 0;
  float* even = g->source.data() + g->values(y, c, 0);
  split_line(line, g->width, even, even + g->half);
  for (int parity = 0; parity < 2; ++parity) {
    float* __restrict source = even + parity * static_cast<std::ptrdiff_t>(g->half);
    const float* __restrict unknown = g->inverse.data() + g->cells(y, parity);
    for (int i = 0; i < g->whole_vectors(); ++i) source[i] = unknown[i] > 0 ? source[i] : 0.0f;
  }
}

}  // namespace

MIEN_SIMD_CLONES
void set_up_operator(bool finest, Grid* g, Grid* coarse, RowLines* lines) {
  for (int y = 0; y < g->height; ++y) {
    finest ? add_up_diagonals_finest(g, y) : add_up_diagonals(g, y);
    if (coarse && (y % 2 == 1 || y + 1 == g->height)) coarsen_row(*g, finest, y / 2, coarse, lines);
  }
}

MIEN_SIMD_CLONES
void coarsen_rim(const Grid& fine, Grid* coarse, RowLines* lines) {
  for (int y = 0; y < coarse->height; ++y) {
    for (int c = 0; c < kGridChannels; ++c) {
      const float* top = fine.rim.data() + fine.values(2 * y, c, 0);
      const float* bottom = fine.rim.data() + fine.values(2 * y + 1, c, 0);
      float* to = coarse->rim.data() + coarse->values(y, c, 0);
      add_up_boxes({top, top + fine.half}, {bottom, bottom + fine.half}, 0.5f * kPullGrowth, coarse->width,
                   lines->line(0), to, to + coarse->half);
    }
  }
}

MIEN_SIMD_CLONES
void hand_down_source(const Grid& fine, Grid* coarse, RowLines* lines) {
  const CoarseLines links{lines->line(0), lines->line(1), lines->line(2), lines->line(3)};
  float *top = lines->line(4), *bottom = lines->line(5);
  float *before = lines->line(6), *own = lines->line(7), *after = lines->line(8);
  const int width = coarse->width;
  for (int c = 0; c < kGridChannels; ++c) {
    std::fill(own, own + width, 0.0f);
    for (int y = 0; y < coarse->height; ++y) {
      fill_lines(*coarse, y, links);
      const float* upper = fine.source.data() + fine.values(2 * y, c, 0);
      const float* lower = fine.source.data() + fine.values(2 * y + 1, c, 0);
      hand_sideways({upper, upper + fine.half}, links.right, links.stays, width, top);
      hand_sideways({lower, lower + fine.half}, links.right, links.stays, width, bottom);
      hand_up_and_down(top, bottom, links, width, before, own, after);
      if (y > 0) set_source_row(before, y - 1, c, coarse);
      std::swap(before, own), std::swap(own, after);
    }
    set_source_row(before, coarse->height - 1, c, coarse);
  }
}

}  // namespace mien
