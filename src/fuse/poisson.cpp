#include "fuse/poisson.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/simd_clones.h"

namespace mien {
namespace {

struct Area {
  int x0, y0, x1, y1;  // x1 and y1 excluded
  int width() const { return x1 - x0; }
  int height() const { return y1 - y0; }
};

Area box_of(const Plane& mask) {
  Area box{mask.width, mask.height, 0, 0};
  for (int y = 0; y < mask.height; ++y) {
    const float* row = mask.row(y);
    const auto inside = [](float v) { return v > 0.5f; };
    const float* first = std::find_if(row, row + mask.width, inside);
    if (first == row + mask.width) continue;
    int last = mask.width - 1;
    while (!inside(row[last])) --last;
    box.x0 = std::min(box.x0, static_cast<int>(first - row)), box.x1 = std::max(box.x1, last + 1);
    box.y0 = std::min(box.y0, y), box.y1 = y + 1;
  }
  return box;
}

// A row of pixels, from the box's first on.
struct PairRow {
  const float *source, *target, *own, *sayers, *mixed;
};

// How much the wanted difference q - p exceeds that of the base (see Setup::base), for all pairs of pixels
// p[x] and q[x]. p owns the pair.
MIEN_SIMD_CLONES
void excess_of_pairs(const PairRow& p, const PairRow& q, int first, int last, Gradients gradients,
                     float* __restrict out) {
  const float* __restrict s = p.source, * __restrict t = p.target, * __restrict s_next = q.source, * __restrict t_next = q.target;
  const float* __restrict own = p.own, * __restrict own_next = q.own, * __restrict sayers = p.sayers, * __restrict sayers_next = q.sayers;
  const float* __restrict may_mix = p.mixed, * __restrict may_mix_next = q.mixed;
  const bool mixed = gradients == Gradients::kMixed;
  for (int x = first; x < last; ++x) {
    const float of_source = s_next[x] - s[x], of_target = t_next[x] - t[x];
    const float base = own[x] > 0.5f ? s[x] : t[x], base_next = own_next[x] > 0.5f ? s_next[x] : t_next[x];
    const float plain = own[x] > 0.5f ? of_source : of_target;
    const bool larger = std::abs(of_target) > std::abs(plain) && may_mix[x] > 0.5f && may_mix_next[x] > 0.5f;
    const float wanted = mixed && larger ? of_target : plain;
    out[x] = sayers[x] * sayers_next[x] * (wanted - (base_next - base));
  }
}

// The setting up: which cells are unknown, what pulls at them. Works on the box with a rim of one pixel.
class Setup {
 public:
  Setup(const PlanarRgb& target, const PlanarRgb& source, const PoissonProblem& problem, const Area& box)
      : target_(target), source_(source), problem_(problem), box_(box) {}

  void fill(Grid* g) {
    for (int y = 0; y < box_.height(); ++y) {
      const float* inside = problem_.domain->row(box_.y0 + y) + box_.x0;
      float* unknown = g->inverse.data() + g->cell(y);
      for (int x = 0; x < box_.width(); ++x) unknown[x] = inside[x] > 0.5f ? 1.0f : 0.0f;
    }
    for (int y = -1; y <= box_.height(); ++y) pull_from_row(y, g);
    if (has_source()) add_sources(g);
  }

  bool has_source() const { return problem_.own != nullptr || problem_.gradients == Gradients::kMixed; }

 private:
  bool in_picture(int x, int y) const { return x >= 0 && y >= 0 && x < target_.width && y < target_.height; }
  bool in(const Plane& mask, int x, int y) const { return mask.row(y)[x] > 0.5f; }
  bool takes_source(int x, int y) const { return problem_.own == nullptr || in(*problem_.own, x, y); }
  // What the solution is added to: the source, or the target where the source has no say.
  float base(int c, int x, int y) const {
    const std::size_t i = static_cast<std::size_t>(y) * target_.width + x;
    return takes_source(x, y) ? source_.channel(c)[i] : target_.channel(c)[i];
  }

  // Known pixels of row y (of the box) hand their value, less the base, to the unknown ones beside, above and
  // below.
  void pull_from_row(int y, Grid* g) const {
    const int py = box_.y0 + y;
    if (py < 0 || py >= target_.height) return;
    const auto unknown = [g](int x, int v) {
      return x >= 0 && v >= 0 && x < g->width && v < g->height && problem_unknown(*g, x, v);
    };
    for (int x = std::max(-1, -box_.x0); x <= std::min(box_.width(), target_.width - 1 - box_.x0); ++x) {
      if (g->all_unknown(x, y)) {
        x += Grid::kRun - 1;
        continue;
      }
      const int px = box_.x0 + x;
      if (unknown(x, y) || (problem_.border != nullptr && !in(*problem_.border, px, py))) continue;
      for (const auto& [u, v] : {std::pair{x - 1, y}, {x + 1, y}, {x, y - 1}, {x, y + 1}}) {
        if (!unknown(u, v)) continue;
        g->pull[g->cell(v) + u] += 1;
        for (int c = 0; c < kGridChannels; ++c) {
          g->rim[g->value(v, c) + u] +=
              target_.channel(c)[static_cast<std::size_t>(py) * target_.width + px] - base(c, px, py);
        }
      }
    }
  }
  static bool problem_unknown(const Grid& g, int x, int y) { return g.inverse[g.cell(y) + x] > 0; }

  // 1 for pixels of row y that are unknown or may pull: pairs of others do not count. From one pixel before
  // the box to one behind it.
  void find_sayers(const Grid& g, int y, float* out) const {
    for (int x = -1; x <= box_.width(); ++x) {
      const bool inside = x >= 0 && y >= 0 && x < g.width && y < g.height && problem_unknown(g, x, y);
      const bool says =
          inside || (in_picture(box_.x0 + x, box_.y0 + y) &&
                     (problem_.border == nullptr || in(*problem_.border, box_.x0 + x, box_.y0 + y)));
      out[x] = says ? 1.0f : 0.0f;
    }
  }

  PairRow pair_row(int c, int y, const float* ones, const float* sayers) const {
    const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(box_.y0 + y) * target_.width + box_.x0;
    return {source_.channel(c) + i, target_.channel(c) + i,
            problem_.own != nullptr ? problem_.own->values.data() + i : ones, sayers,
            problem_.mixed != nullptr ? problem_.mixed->values.data() + i : ones};
  }

  // source = what flows in from the pairs left and above, less what flows out to the right and below.
  void add_sources(Grid* g) const {
    const int w = box_.width(), size = w + 4, first = std::max(-1, -box_.x0),
              last = std::min(w, target_.width - 1 - box_.x0);
    thread_local std::vector<float> lines;
    lines.assign(5 * static_cast<std::size_t>(size), 0.0f);
    float* begin = lines.data();
    const auto line = [&](int i) { return begin + static_cast<std::ptrdiff_t>(i) * size + 2; };
    float *ones = line(0), *sayers = line(1), *sayers_below = line(2), *right = line(3), *down = line(4);
    std::fill(ones - 2, ones + w + 2, 1.0f);
    find_sayers(*g, -1, sayers_below);
    for (int y = -1; y < box_.height(); ++y) {
      std::swap(sayers, sayers_below);
      find_sayers(*g, y + 1, sayers_below);
      for (int c = 0; c < kGridChannels; ++c) {
        float *own_row = y >= 0 ? g->source.data() + g->value(y, c) : nullptr,
              *row_below = y + 1 < box_.height() ? g->source.data() + g->value(y + 1, c) : nullptr;
        const bool has_below = box_.y0 + y >= 0 && box_.y0 + y + 1 < target_.height;
        if (row_below) std::fill(row_below, row_below + w, 0.0f);
        if (own_row) {
          const PairRow p = pair_row(c, y, ones, sayers);
          std::fill(right - 1, right + w + 1, 0.0f);
          excess_of_pairs(p, {p.source + 1, p.target + 1, p.own + 1, p.sayers + 1, p.mixed + 1}, first, last,
                          problem_.gradients, right);
          for (int x = 0; x < w; ++x) own_row[x] += right[x - 1] - right[x];
        }
        if (!has_below) continue;
        excess_of_pairs(pair_row(c, y, ones, sayers), pair_row(c, y + 1, ones, sayers_below), 0, w,
                        problem_.gradients, down);
        for (int x = 0; own_row && x < w; ++x) own_row[x] -= down[x];
        for (int x = 0; row_below && x < w; ++x) row_below[x] += down[x];
      }
    }
    clear_known(g);
  }

  static void clear_known(Grid* g) {
    for (int y = 0; y < g->height; ++y) {
      const float* unknown = g->inverse.data() + g->cell(y);
      for (int c = 0; c < kGridChannels; ++c) {
        float* source = g->source.data() + g->value(y, c);
        for (int x = 0; x < g->width; ++x) source[x] *= unknown[x];
      }
    }
  }

  const PlanarRgb &target_, &source_;
  const PoissonProblem& problem_;
  Area box_;
};

// to = from, but for what is to be kept.
MIEN_INLINE void copy_row(const float* __restrict from, const float* keep, int x0, int x1, float* to) {
  if (keep == nullptr) {
    std::copy(from + x0, from + x1, to + x0);
    return;
  }
  for (int x = x0; x < x1; ++x) to[x] = keep[x] > 0.5f ? to[x] : from[x];
}

// picture = base + solution in the domain, target elsewhere.
MIEN_SIMD_CLONES
void add_solution(const PlanarRgb& target, const PoissonProblem& problem, const Area& box, const Grid& g,
                  PlanarRgb* picture) {
  for (int c = 0; c < kGridChannels; ++c) {
    for (int y = 0; y < target.height; ++y) {
      const std::size_t row = static_cast<std::size_t>(y) * target.width;
      const float *below = target.channel(c) + row, *keep = problem.keep ? problem.keep->row(y) : nullptr;
      float* out = picture->channel(c) + row;
      if (y < box.y0 || y >= box.y1) {
        copy_row(below, keep, 0, target.width, out);
        continue;
      }
      copy_row(below, keep, 0, box.x0, out);
      copy_row(below, keep, box.x1, target.width, out);
      const float *inside = problem.domain->row(y), *u = g.u.data() + g.value(y - box.y0, c) - box.x0;
      const float* own = problem.own ? problem.own->row(y) : inside;
      const float* stays = keep ? keep : inside;  // in the domain nothing is kept
      for (int x = box.x0; x < box.x1; ++x) {
        const float solved = (own[x] > 0.5f ? out[x] : below[x]) + u[x];
        const float rest = stays[x] > 0.5f ? out[x] : below[x];
        out[x] = inside[x] > 0.5f ? solved : rest;
      }
    }
  }
}

}  // namespace

void poisson_clone(const PlanarRgb& target, const PoissonProblem& problem, PoissonScratch* scratch,
                   PlanarRgb* picture) {
  const Area box = box_of(*problem.domain);
  if (box.width() <= 0) {
    for (int c = 0; c < kGridChannels; ++c) {
      for (int y = 0; y < target.height; ++y) {
        const std::size_t row = static_cast<std::size_t>(y) * target.width;
        copy_row(target.channel(c) + row, problem.keep ? problem.keep->row(y) : nullptr, 0, target.width,
                 picture->channel(c) + row);
      }
    }
    return;
  }
  Setup setup(target, *picture, problem, box);
  scratch->multigrid.resize(box.width(), box.height(), setup.has_source());
  setup.fill(&scratch->multigrid.grid());
  scratch->multigrid.solve(problem.cycles);
  add_solution(target, problem, box, scratch->multigrid.grid(), picture);
}

}  // namespace mien
