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

// How much the wanted difference q - p exceeds that of the base (see Setup::base), for pairs of pixels p[x]
// and q[x]. p owns the pair.
MIEN_INLINE void excess_of_run(const PairRow& p, const PairRow& q, int first, int count, bool mixed,
                               float* __restrict out) {
  const float* __restrict s = p.source + first;
  const float* __restrict t = p.target + first;
  const float* __restrict s_next = q.source + first;
  const float* __restrict t_next = q.target + first;
  const float* __restrict own = p.own + first;
  const float* __restrict own_next = q.own + first;
  if (!mixed) {  // nothing exceeds where both have the same base
    int other_base = 0;
    for (int x = 0; x < count; ++x) other_base += (own[x] > 0.5f) != (own_next[x] > 0.5f);
    if (other_base == 0) {
      std::fill_n(out + first, count, 0.0f);
      return;
    }
  }
  const float* __restrict sayers = p.sayers + first;
  const float* __restrict sayers_next = q.sayers + first;
  const float* __restrict may_mix = p.mixed + first;
  const float* __restrict may_mix_next = q.mixed + first;
  for (int x = 0; x < count; ++x) {
    const float of_source = s_next[x] - s[x], of_target = t_next[x] - t[x];
    const float base = own[x] > 0.5f ? s[x] : t[x], base_next = own_next[x] > 0.5f ? s_next[x] : t_next[x];
    const float plain = own[x] > 0.5f ? of_source : of_target;
    const bool larger = std::abs(of_target) > std::abs(plain) && may_mix[x] > 0.5f && may_mix_next[x] > 0.5f;
    const float wanted = mixed && larger ? of_target : plain;
    out[first + x] = sayers[x] * sayers_next[x] * (wanted - (base_next - base));
  }
}

MIEN_SIMD_CLONES
void excess_of_pairs(const PairRow& p, const PairRow& q, int first, int last, Gradients gradients,
                     float* out) {
  constexpr int kRun = 32;
  const bool mixed = gradients == Gradients::kMixed;
  int x = first;
  for (; x + kRun <= last; x += kRun) excess_of_run(p, q, x, kRun, mixed, out);
  excess_of_run(p, q, x, last - x, mixed, out);
}

// Lines of floats as long as the box with a rim of kRim, all 0 to begin with. Their memory is the thread's:
// one set at a time.
class Lines {
 public:
  Lines(int width, int count) : size_(width + 2 * kRim) {
    values().assign(static_cast<std::size_t>(size_) * count, 0.0f);
  }
  float* line(int i) const { return values().data() + static_cast<std::ptrdiff_t>(i) * size_ + kRim; }

 private:
  static constexpr int kRim = 2;
  static std::vector<float>& values() {
    thread_local std::vector<float> values;
    return values;
  }
  int size_;
};

MIEN_SIMD_CLONES
void set_row(const float* line, int width, float* even, float* odd) { split_line(line, width, even, odd); }

// 1 for unknown pixels of a row beside known ones, or those that lie outside of the picture.
MIEN_SIMD_CLONES
void find_edge(const float* __restrict above, const float* __restrict here, const float* __restrict below,
               int width, float* __restrict edge) {
  for (int x = 0; x < width; ++x)
    edge[x] = here[x] * (1 - (here[x - 1] * here[x + 1]) * (above[x] * below[x]));
}

// out = unknown * what flows in from the left and from above, less what flows out.
MIEN_SIMD_CLONES
void add_up_flows(const float* __restrict unknown, const float* __restrict from_above,
                  const float* __restrict right, const float* __restrict down, int width,
                  float* __restrict out) {
  for (int x = 0; x < width; ++x)
    out[x] = unknown[x] * ((right[x - 1] - right[x]) + (from_above[x] - down[x]));
}

// The setting up: which cells are unknown, what pulls at them. Works on the box with a rim of one pixel.
class Setup {
 public:
  Setup(const PlanarRgb& target, const PlanarRgb& source, const PoissonProblem& problem, const Area& box)
      : target_(target), source_(source), problem_(problem), box_(box) {}

  void fill(Grid* g) const {
    find_unknown_and_pull(g);
    if (has_source()) fill_sources(g);
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

  // 1 for the unknown pixels of row y (of the box), which all lie in the box.
  void unknown_row(int y, float* out) const {
    if (y < 0 || y >= box_.height()) return std::fill(out, out + box_.width(), 0.0f);
    const float* domain = problem_.domain->row(box_.y0 + y) + box_.x0;
    for (int x = 0; x < box_.width(); ++x) out[x] = domain[x] > 0.5f ? 1.0f : 0.0f;
  }

  void find_unknown_and_pull(Grid* g) const {
    const int w = box_.width();
    const Lines lines(w, 4);
    float *above = lines.line(0), *here = lines.line(1), *below = lines.line(2), *edge = lines.line(3);
    unknown_row(0, below);
    for (int y = 0; y < box_.height(); ++y) {
      std::swap(above, here), std::swap(here, below);
      unknown_row(y + 1, below);
      set_row(here, w, g->inverse.data() + g->cells(y, 0), g->inverse.data() + g->cells(y, 1));
      std::fill_n(g->pull.data() + g->cells(y, 0), g->cell_row() - Grid::kPad, 0.0f);
      std::fill_n(g->rim.data() + g->values(y, 0, 0), g->value_row() - Grid::kPad, 0.0f);
      find_edge(above, here, below, w, edge);
      for (int x = 0; x < w; ++x) {
        if (x + kRun <= w && none_in_run(edge + x)) {
          x += kRun - 1;
        } else if (edge[x] > 0) {
          pull_at(x, y, g);
        }
      }
    }
  }

  // A quick look for what is mostly so.
  static constexpr int kRun = 16;
  static bool none_in_run(const float* edge) {
    float sum = 0;
    for (int i = 0; i < kRun; i += 4) sum += (edge[i] + edge[i + 1]) + (edge[i + 2] + edge[i + 3]);
    return sum == 0;
  }

  // Known pixels hand their value, less the base, to the unknown one (of the box) beside, below or above.
  void pull_at(int x, int y, Grid* g) const {
    const int px = box_.x0 + x, py = box_.y0 + y;
    for (const auto& [u, v] : {std::pair{px - 1, py}, {px + 1, py}, {px, py - 1}, {px, py + 1}}) {
      if (!in_picture(u, v) || in(*problem_.domain, u, v)) continue;
      if (problem_.border != nullptr && !in(*problem_.border, u, v)) continue;
      g->pull[g->cell(x, y)] += 1;
      for (int c = 0; c < kGridChannels; ++c) {
        const float value = target_.channel(c)[static_cast<std::size_t>(v) * target_.width + u];
        g->rim[g->value(x, y, c)] += value - base(c, u, v);
      }
    }
  }

  // 1 for pixels of row y that are unknown or may pull: pairs of others do not count. From one pixel before
  // the box to one behind it.
  void find_sayers(int y, float* out) const {
    const int py = box_.y0 + y, first = std::max(-1, -box_.x0), last = last_pair() + 1;
    std::fill(out - 1, out + box_.width() + 1, 0.0f);
    if (py < 0 || py >= target_.height) return;
    if (problem_.border == nullptr) return std::fill(out + first, out + last, 1.0f);
    const float *domain = problem_.domain->row(py) + box_.x0, *border = problem_.border->row(py) + box_.x0;
    for (int x = first; x < last; ++x) out[x] = domain[x] > 0.5f || border[x] > 0.5f ? 1.0f : 0.0f;
  }
  // The pixel before it has none to its right in the picture.
  int last_pair() const { return std::min(box_.width(), target_.width - 1 - box_.x0); }

  PairRow pair_row(int c, int y, const float* ones, const float* sayers) const {
    const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(box_.y0 + y) * target_.width + box_.x0;
    return {source_.channel(c) + i, target_.channel(c) + i,
            problem_.own != nullptr ? problem_.own->values.data() + i : ones, sayers,
            problem_.mixed != nullptr ? problem_.mixed->values.data() + i : ones};
  }

  void fill_sources(Grid* g) const {
    const int w = box_.width();
    const Lines lines(w, 7 + kGridChannels);
    float *ones = lines.line(0), *sayers = lines.line(1), *sayers_below = lines.line(2);
    float *unknown = lines.line(3), *right = lines.line(4), *down = lines.line(5), *flows = lines.line(6);
    std::fill(ones - 1, ones + w + 1, 1.0f);
    find_sayers(-1, sayers_below);
    for (int y = -1; y < box_.height(); ++y) {
      std::swap(sayers, sayers_below);
      find_sayers(y + 1, sayers_below);
      unknown_row(y, unknown);
      const bool has_below = box_.y0 + y >= 0 && box_.y0 + y + 1 < target_.height;
      for (int c = 0; c < kGridChannels; ++c) {
        float* from_above = lines.line(7 + c);
        if (has_below) {
          excess_of_pairs(pair_row(c, y, ones, sayers), pair_row(c, y + 1, ones, sayers_below), 0, w,
                          problem_.gradients, down);
        } else {
          std::fill(down, down + w, 0.0f);
        }
        if (y >= 0) {
          const PairRow p = pair_row(c, y, ones, sayers);
          excess_of_pairs(p, {p.source + 1, p.target + 1, p.own + 1, p.sayers + 1, p.mixed + 1},
                          std::max(-1, -box_.x0), last_pair(), problem_.gradients, right);
          add_up_flows(unknown, from_above, right, down, w, flows);
          set_row(flows, w, g->source.data() + g->values(y, c, 0), g->source.data() + g->values(y, c, 1));
        }
        std::copy(down, down + w, from_above);
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
  const Lines lines(box.width(), 1);
  float* line = lines.line(0);
  for (int y = 0; y < target.height; ++y) {
    for (int c = 0; c < kGridChannels; ++c) {
      const std::size_t row = static_cast<std::size_t>(y) * target.width;
      const float *below = target.channel(c) + row, *keep = problem.keep ? problem.keep->row(y) : nullptr;
      float* out = picture->channel(c) + row;
      if (y < box.y0 || y >= box.y1) {
        copy_row(below, keep, 0, target.width, out);
        continue;
      }
      copy_row(below, keep, 0, box.x0, out);
      copy_row(below, keep, box.x1, target.width, out);
      merge_line(g.u.data() + g.values(y - box.y0, c, 0), g.u.data() + g.values(y - box.y0, c, 1),
                 box.width(), line);
      const float *inside = problem.domain->row(y), *u = line - box.x0;
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
  const Setup setup(target, *picture, problem, box);
  scratch->multigrid.resize(box.width(), box.height(), setup.has_source());
  setup.fill(&scratch->multigrid.grid());
  scratch->multigrid.solve(problem.cycles);
  add_solution(target, problem, box, scratch->multigrid.grid(), picture);
}

}  // namespace mien
