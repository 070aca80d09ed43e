// Blending: our Poisson solver beside cv::seamlessClone, and blend plus paste of one face in each mode.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <random>

#include "fuse/blend.h"
#include "fuse/canvas.h"
#include "seamless_clone.h"

namespace mien {
namespace {

constexpr int kMargin = 20;  // around the region

Image make_picture(int size, unsigned seed, float noise) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> unit(-1, 1);
  Image out(size, size, PixelFormat::kRgb8);
  float tilt[3][3];
  for (auto& channel : tilt) {
    for (float& t : channel) t = unit(random);
  }
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      for (int c = 0; c < 3; ++c) {
        const float u = 6.0f * static_cast<float>(x) / static_cast<float>(size),
                    v = 6.0f * static_cast<float>(y) / static_cast<float>(size);
        const float value = 128 + 30 * tilt[c][0] + 30 * std::sin(u * tilt[c][1] + 3 * tilt[c][2]) +
                            25 * std::cos(v - u * tilt[c][2]) + noise * unit(random);
        out.mutable_view().row(y)[3 * x + c] = static_cast<std::uint8_t>(value);
      }
    }
  }
  return out;
}

struct Case {
  explicit Case(int region)
      : size(region + 2 * kMargin), target(make_picture(size, 1, 4)), source(make_picture(size, 2, 20)) {
    read_canvas(target.view(), {0, 0, size, size, size, size, 1}, &target_planes);
    read_canvas(source.view(), {0, 0, size, size, size, size, 1}, &source_planes);
    mask.resize(size, size);
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x)
        mask.row(y)[x] =
            x >= kMargin && y >= kMargin && x < size - kMargin && y < size - kMargin ? 1.0f : 0.0f;
    }
  }
  int size;
  Image target, source;
  PlanarRgb target_planes, source_planes;
  Plane mask;
};

// Gauss-Seidel from the definition, in double, on one channel: the plain twin, at a size at which it ends.
double distance_from_plain() {
  Case c(56);
  PoissonScratch scratch;
  PlanarRgb fast = c.source_planes;
  poisson_clone(c.target_planes, {&c.mask}, &scratch, &fast);
  const int w = c.size;
  std::vector<double> f(c.target_planes.channel(0), c.target_planes.channel(0) + c.target_planes.plane());
  const float* s = c.source_planes.channel(0);
  for (int round = 0; round < 5000; ++round) {
    for (int i = w; i < w * (w - 1); ++i) {
      if (c.mask.values[i] > 0.5f)
        f[i] = (f[i - 1] + f[i + 1] + f[i - w] + f[i + w] + 4.0 * s[i] - s[i - 1] - s[i + 1] - s[i - w] -
                s[i + w]) /
               4;
    }
  }
  double most = 0;
  for (int i = 0; i < w * w; ++i) most = std::max(most, std::abs(f[i] - fast.channel(0)[i]));
  return most;
}

#ifdef MIEN_HAS_OPENCV
struct Distance {
  double mean = 0, most = 0;
};

// Away from where the eroded mask ends, over the domain.
Distance distance_from_opencv(const Case& c, const Plane& mask) {
  const CloneProblem problem = problem_of_opencv(mask);
  const Image reference = opencv_seamless_clone(c.source.view(), c.target.view(), mask);
  PoissonScratch scratch;
  PlanarRgb ours = c.source_planes;
  poisson_clone(c.target_planes, {&problem.domain, nullptr, &problem.own, Gradients::kSource, 3}, &scratch,
                &ours);
  constexpr int kAway = 4;
  Distance d;
  double count = 0;
  for (int y = kAway; y < c.size - kAway; ++y) {
    for (int x = kAway; x < c.size - kAway; ++x) {
      if (!(problem.domain.row(y)[x] > 0.5f)) continue;
      bool away = true;
      for (int v = y - kAway; v <= y + kAway; ++v) {
        for (int u = x - kAway; u <= x + kAway; ++u)
          away = away && problem.own.row(v)[u] == problem.own.row(y)[x];
      }
      if (!away) continue;
      for (int k = 0; k < 3; ++k) {
        const double value =
            std::clamp(ours.channel(k)[static_cast<std::size_t>(y) * c.size + x], 0.0f, 255.0f);
        const double e = std::abs(value - reference.view().row(y)[3 * x + k]);
        d.mean += e, d.most = std::max(d.most, e), ++count;
      }
    }
  }
  d.mean /= count;
  return d;
}

bool agrees_with_opencv() {
  bool good = true;
  for (const int region : {256, 512}) {
    const Case c(region);
    Plane disc = c.mask, border = c.mask;
    for (int y = 0; y < c.size; ++y) {
      for (int x = 0; x < c.size; ++x) {
        const float half = 0.5f * static_cast<float>(c.size),
                    from_hole = std::hypot(x - 0.6f * c.size, y - 0.55f * c.size);
        disc.row(y)[x] =
            std::hypot(static_cast<float>(x) - half, static_cast<float>(y) - half) < 0.5f * region ? 1.0f
                                                                                                   : 0.0f;
        border.row(y)[x] = x < 0.8f * c.size && y > kMargin && from_hole > 0.06f * c.size
                               ? 1.0f
                               : 0.0f;  // touches two borders, has a hole
      }
    }
    for (const auto& [name, mask] : {std::pair<const char*, const Plane*>{"square", &c.mask},
                                     {"disc", &disc},
                                     {"hole, touching the frame", &border}}) {
      const Distance d = distance_from_opencv(c, *mask);
      std::printf("cv::seamlessClone, %d px, %s: mean %.2f, max %.2f of 255\n", region, name, d.mean, d.most);
      good = good && d.mean <= 1 && d.most <= 3;
    }
  }
  return good;
}

void OpenCvSeamlessClone(benchmark::State& state) {
  const Case c(static_cast<int>(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(opencv_seamless_clone(c.source.view(), c.target.view(), c.mask));
}
BENCHMARK(OpenCvSeamlessClone)->Arg(256)->Arg(512)->Unit(benchmark::kMillisecond);

void PoissonSameProblemAsOpenCv(benchmark::State& state) {
  const Case c(static_cast<int>(state.range(0)));
  const CloneProblem problem = problem_of_opencv(c.mask);
  PoissonScratch scratch;
  PlanarRgb out;
  for (auto _ : state) {
    out = c.source_planes;
    poisson_clone(c.target_planes, {&problem.domain, nullptr, &problem.own, Gradients::kSource, 3}, &scratch,
                  &out);
  }
}
BENCHMARK(PoissonSameProblemAsOpenCv)->Arg(256)->Arg(512)->Unit(benchmark::kMillisecond);
#else
bool agrees_with_opencv() { return true; }
#endif

void Poisson(benchmark::State& state) {
  const Case c(static_cast<int>(state.range(0)));
  PoissonScratch scratch;
  PlanarRgb out;
  for (auto _ : state) {
    out = c.source_planes;
    poisson_clone(c.target_planes, {&c.mask}, &scratch, &out);
  }
  state.counters["MB"] = static_cast<double>(scratch.bytes()) / 1e6;
}
BENCHMARK(Poisson)->Arg(256)->Arg(512)->Unit(benchmark::kMillisecond);

// One face of about 330 x 400 px: read its canvas, blend, paste.
void ReadBlendPaste(benchmark::State& state) {
  const auto mode = static_cast<BlendMode>(state.range(0));
  const Case c(400);
  Plane mask = c.mask, border = c.mask;
  for (int y = 0; y < c.size; ++y) {
    for (int x = 0; x < c.size; ++x) {
      const float u = (static_cast<float>(x) - 220) / 165, v = (static_cast<float>(y) - 220) / 200;
      mask.row(y)[x] = std::clamp((1 - std::hypot(u, v)) * 40, 0.0f, 1.0f);
    }
  }
  border.fill(1);
  BlendScratch scratch;
  PlanarRgb target, fused;
  Image frame = c.target.clone();
  const CanvasFrame where{0, 0, c.size, c.size, c.size, c.size, 1};
  for (auto _ : state) {
    Plane alpha = mask;
    read_canvas(frame.view(), where, &target);
    fused = c.source_planes;
    blend_into(mode, target, border, 1, &scratch, &alpha, &fused);
    paste_canvas(fused, alpha, where, frame.mutable_view());
  }
}
BENCHMARK(ReadBlendPaste)->Arg(0)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mien

int main(int argc, char** argv) {
  const double most = mien::distance_from_plain();
  if (most > 3) {
    std::fprintf(stderr, "not timed: the solver is %.2f away from its plain twin\n", most);
    return 1;
  }
  if (!mien::agrees_with_opencv()) {
    std::fprintf(stderr, "not timed: the solver does not agree with cv::seamlessClone\n");
    return 1;
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
