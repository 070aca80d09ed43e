#include "fuse/poisson.h"

#include <algorithm>
#include <cmath>

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
    if (has_source()) {
      for (int y = 0; y < box_.height(); ++y) add_sources(y, g);
    }
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

  // Known pixels of row y (of the box) hand their value, less the base, to the unknown ones beside, above and below.
  void pull_from_row(int y, Grid* g) const {
    const int py = box_.y0 + y;
    if (py < 0 || py >= target_.height) return;
    const auto unknown = [g](int x, int v) { return x >= 0 && v >= 0 && x < g->width && v < g->height && problem_unknown(*g, x, v); };
    for (int x = std::max(-1, -box_.x0); x <= std::min(box_.width(), target_.width - 1 - box_.x0); ++x) {
      const int px = box_.x0 + x;
      if (unknown(x, y) || (problem_.border != nullptr && !in(*problem_.border, px, py))) continue;
      for (const auto& [u, v] : {std::pair{x - 1, y}, {x + 1, y}, {x, y - 1}, {x, y + 1}}) {
        if (!unknown(u, v)) continue;
        g->pull[g->cell(v) + u] += 1;
        for (int c = 0; c < kGridChannels; ++c) {
          g->rim[g->value(v, c) + u] += target_.channel(c)[static_cast<std::size_t>(py) * target_.width + px] - base(c, px, py);
        }
      }
    }
  }
  static bool problem_unknown(const Grid& g, int x, int y) { return g.inverse[g.cell(y) + x] > 0; }

  // How much the wanted difference q - p exceeds the base's. p owns the pair: q lies right of it or below.
  float excess(int c, int px, int py, int qx, int qy) const {
    const std::size_t p = static_cast<std::size_t>(py) * target_.width + px, q = static_cast<std::size_t>(qy) * target_.width + qx;
    const float of_source = source_.channel(c)[q] - source_.channel(c)[p], of_target = target_.channel(c)[q] - target_.channel(c)[p];
    float wanted = takes_source(px, py) ? of_source : of_target;
    if (problem_.gradients == Gradients::kMixed && std::abs(of_target) > std::abs(wanted)) wanted = of_target;
    return wanted - (base(c, qx, qy) - base(c, px, py));
  }

  // A pair counts when the solver links or pulls it.
  bool counts(const Grid& g, int x, int y) const {
    if (x >= 0 && y >= 0 && x < g.width && y < g.height && problem_unknown(g, x, y)) return true;
    return problem_.border == nullptr || in(*problem_.border, box_.x0 + x, box_.y0 + y);
  }

  void add_sources(int y, Grid* g) const {
    const int py = box_.y0 + y;
    for (int x = 0; x < box_.width(); ++x) {
      if (!problem_unknown(*g, x, y)) continue;
      const int px = box_.x0 + x;
      for (int c = 0; c < kGridChannels; ++c) {
        float sum = 0;
        if (in_picture(px + 1, py) && counts(*g, x + 1, y)) sum -= excess(c, px, py, px + 1, py);
        if (in_picture(px, py + 1) && counts(*g, x, y + 1)) sum -= excess(c, px, py, px, py + 1);
        if (in_picture(px - 1, py) && counts(*g, x - 1, y)) sum += excess(c, px - 1, py, px, py);
        if (in_picture(px, py - 1) && counts(*g, x, y - 1)) sum += excess(c, px, py - 1, px, py);
        g->source[g->value(y, c) + x] = sum;
      }
    }
  }

  const PlanarRgb &target_, &source_;
  const PoissonProblem& problem_;
  Area box_;
};

// picture = base + solution in the domain, target elsewhere.
MIEN_SIMD_CLONES
void add_solution(const PlanarRgb& target, const PoissonProblem& problem, const Area& box, const Grid& g, PlanarRgb* picture) {
  for (int c = 0; c < kGridChannels; ++c) {
    for (int y = 0; y < target.height; ++y) {
      const std::size_t row = static_cast<std::size_t>(y) * target.width;
      const float* below = target.channel(c) + row;
      float* out = picture->channel(c) + row;
      if (y < box.y0 || y >= box.y1) {
        std::copy_n(below, target.width, out);
        continue;
      }
      std::copy_n(below, box.x0, out);
      std::copy_n(below + box.x1, target.width - box.x1, out + box.x1);
      const float *inside = problem.domain->row(y), *u = g.u.data() + g.value(y - box.y0, c) - box.x0;
      const float* own = problem.own ? problem.own->row(y) : inside;
      for (int x = box.x0; x < box.x1; ++x) {
        const float solved = (own[x] > 0.5f ? out[x] : below[x]) + u[x];
        out[x] = inside[x] > 0.5f ? solved : below[x];
      }
    }
  }
}

}  // namespace

void poisson_clone(const PlanarRgb& target, const PoissonProblem& problem, PoissonScratch* scratch, PlanarRgb* picture) {
  const Area box = box_of(*problem.domain);
  if (box.width() <= 0) {
    *picture = target;
    return;
  }
  Setup setup(target, *picture, problem, box);
  scratch->multigrid.resize(box.width(), box.height(), setup.has_source());
  setup.fill(&scratch->multigrid.grid());
  scratch->multigrid.solve(problem.cycles);
  add_solution(target, problem, box, scratch->multigrid.grid(), picture);
}

}  // namespace mien
