#include "fuse/poisson.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace mien {
namespace {

constexpr double kPi = 3.14159265358979;

// Soft blobs and fine noise, different for every seed.
PlanarRgb make_picture(int width, int height, unsigned seed, float noise) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> unit(-1, 1);
  PlanarRgb out;
  out.resize(width, height);
  for (int c = 0; c < 3; ++c) {
    const float a = unit(random), b = unit(random), shift = 3 * unit(random), level = 128 + 40 * unit(random);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const float u = static_cast<float>(x) / 60, v = static_cast<float>(y) / 60;
        out.channel(c)[static_cast<std::size_t>(y) * width + x] =
            level + 40 * std::sin(3 * a * u + 2 * b * v + shift) + 20 * std::cos(u - 2 * v) +
            noise * unit(random);
      }
    }
  }
  return out;
}

template <class Inside>
Plane make_mask(int width, int height, Inside inside) {
  Plane mask;
  mask.resize(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) mask.row(y)[x] = inside(x, y) ? 1.0f : 0.0f;
  }
  return mask;
}

bool in(const Plane* mask, std::size_t i) { return mask == nullptr || mask->values[i] > 0.5f; }

// The plain twin: successive over-relaxation in double until nothing moves, straight from the definition.
std::vector<double> poisson_plain(const PlanarRgb& target, const PlanarRgb& source, const PoissonProblem& p,
                                  int c) {
  const int w = target.width, h = target.height;
  const float *s = source.channel(c), *t = target.channel(c);
  std::vector<double> f(target.plane());
  for (std::size_t i = 0; i < f.size(); ++i) f[i] = in(p.domain, i) && in(p.own, i) ? s[i] : t[i];
  const double omega = 2 / (1 + std::sin(kPi / std::max({w, h, 3})));
  double moved = 1;
  for (int round = 0; round < 3000 && moved > 1e-4; ++round) {
    moved = 0;
    for (int i = 0; i < w * h; ++i) {
      if (!in(p.domain, i)) continue;
      double sum = 0, count = 0;
      const auto neighbour = [&](int q, bool exists) {
        if (!exists || !(in(p.domain, q) || in(p.border, q))) return;
        const double of_source = s[i] - s[q], of_target = t[i] - t[q];
        double wanted =
            in(p.own, std::min(i, q)) ? of_source : of_target;  // the upper or left one owns the pair
        if (p.gradients == Gradients::kMixed && in(p.mixed, i) && in(p.mixed, q) &&
            std::abs(of_target) > std::abs(wanted))
          wanted = of_target;
        sum += f[q] + wanted, ++count;
      };
      neighbour(i - 1, i % w > 0), neighbour(i + 1, i % w < w - 1), neighbour(i - w, i >= w),
          neighbour(i + w, i + w < w * h);
      if (count == 0) continue;
      const double step = omega * (sum / count - f[i]);
      f[i] += step, moved = std::max(moved, std::abs(step));
    }
  }
  return f;
}

struct Difference {
  double mean = 0, most = 0;
};

Difference from_plain(const PlanarRgb& target, const PlanarRgb& source, const PoissonProblem& problem) {
  PoissonScratch scratch;
  PlanarRgb fast;
  fast.resize(source.width, source.height);
  fast.values = source.values;
  poisson_clone(target, problem, &scratch, &fast);
  Difference d;
  double count = 0;
  for (int c = 0; c < 3; ++c) {
    const std::vector<double> plain = poisson_plain(target, source, problem, c);
    for (std::size_t i = 0; i < plain.size(); ++i) {
      if (!in(problem.domain, i)) {
        EXPECT_EQ(fast.channel(c)[i], target.channel(c)[i]);
        continue;
      }
      const double e = std::abs(plain[i] - fast.channel(c)[i]);
      d.mean += e, d.most = std::max(d.most, e), ++count;
    }
  }
  d.mean /= std::max(count, 1.0);
  return d;
}

struct Shape {
  const char* name;
  bool (*inside)(float u, float v);  // -0.5..0.5
};

const Shape kShapes[] = {
    {"disc", [](float u, float v) { return std::hypot(u, v) < 0.45f; }},
    {"rectangle that touches two borders", [](float u, float v) { return u < 0.2f && v > -0.3f; }},
    {"disc with a hole and a wall one pixel thin",
     [](float u, float v) {
       return std::hypot(u, v) < 0.45f && std::hypot(u - 0.1f, v - 0.1f) > 0.06f &&
              std::abs(v + 0.1f) > 0.005f;
     }},
    {"wavy slits",
     [](float u, float v) {
       return std::abs(u) < 0.48f && v < 0.3f &&
              std::fmod(std::abs(10 * u + 4 * std::sin(20 * v)), 1.0f) < 0.8f;
     }},
    {"all but a few pixels",
     [](float u, float v) { return std::abs(u - 0.25f) > 0.02f || std::abs(v) > 0.02f; }},
};

TEST(Poisson, IsNearThePlainTwinForAllShapes) {
  for (const Shape& shape : kShapes) {
    for (const auto& [w, h] : {std::pair{96, 96}, {101, 77}}) {
      const PlanarRgb target = make_picture(w, h, 1, 4), source = make_picture(w, h, 2, 25);
      const Plane domain = make_mask(w, h, [&, w = w, h = h](int x, int y) {
        return shape.inside((x + 0.5f) / w - 0.5f, (y + 0.5f) / h - 0.5f);
      });
      for (const Gradients gradients : {Gradients::kSource, Gradients::kMixed}) {
        const Difference d = from_plain(
            target, source, {&domain, nullptr, nullptr, gradients, gradients == Gradients::kMixed ? 2 : 1});
        EXPECT_LE(d.mean, 1.0) << shape.name << ", " << w << " x " << h << ", mixed "
                               << (gradients == Gradients::kMixed);
        EXPECT_LE(d.most, 3.0) << shape.name << ", " << w << " x " << h << ", mixed "
                               << (gradients == Gradients::kMixed);
      }
    }
  }
}

TEST(Poisson, GradientsAreMixedOnlyWhereTheMaskSaysSo) {
  for (const auto& [w, h] : {std::pair{96, 90}, {13, 127}, {64, 5}}) {
    const PlanarRgb target = make_picture(w, h, 7, 30), source = make_picture(w, h, 8, 10);
    const Plane domain =
        make_mask(w, h, [w = w, h = h](int x, int y) { return x > 0 && y > 0 && x < w - 1 && y < h - 1; });
    const Plane some = make_mask(w, h, [](int x, int y) { return (x / 7 + y / 5) % 2 == 0; });
    PoissonProblem problem{&domain, nullptr, nullptr, Gradients::kMixed, 8};
    problem.mixed = &some;
    const Difference d = from_plain(target, source, problem);
    EXPECT_LE(d.mean, 0.3) << w << " x " << h;
    EXPECT_LE(d.most, 2.0) << w << " x " << h;
  }
}

TEST(Poisson, ComesNearerWithEveryCycle) {
  const PlanarRgb target = make_picture(130, 120, 3, 4), source = make_picture(130, 120, 4, 25);
  for (const Shape& shape : kShapes) {
    const Plane domain = make_mask(130, 120, [&](int x, int y) {
      return shape.inside((x + 0.5f) / 130 - 0.5f, (y + 0.5f) / 120 - 0.5f);
    });
    const Difference d = from_plain(target, source, {&domain, nullptr, nullptr, Gradients::kSource, 6});
    EXPECT_LE(d.mean, 0.05) << shape.name;
    EXPECT_LE(d.most, 0.4) << shape.name;
  }
}

TEST(Poisson, AStepBesideTheBorderIsNotLostOnCoarseGrids) {
  for (const auto& [w, h] : {std::pair{96, 96}, {101, 77}}) {
    const PlanarRgb target = make_picture(w, h, 9, 4), source = make_picture(w, h, 10, 20);
    const auto inside = [w = w, h = h](int margin) {
      return make_mask(
          w, h, [=](int x, int y) { return x >= margin && y >= margin && x < w - margin && y < h - margin; });
    };
    const Plane domain = inside(2), own = inside(5);
    const Difference d = from_plain(target, source, {&domain, nullptr, &own, Gradients::kSource, 3});
    EXPECT_LE(d.mean, 0.5) << w << " x " << h;
    EXPECT_LE(d.most, 2.0) << w << " x " << h;
  }
}

TEST(Poisson, MasksOnePixelWideAndMasksOverAllButOnePixel) {
  const int w = 67, h = 45;
  const PlanarRgb target = make_picture(w, h, 11, 10), source = make_picture(w, h, 12, 20);
  const Plane domains[] = {make_mask(w, h, [](int x, int) { return x == 33; }),
                           make_mask(w, h, [](int, int y) { return y == 0; }),
                           make_mask(w, h, [](int x, int y) { return x == y || x == y + 1; }),
                           make_mask(w, h, [](int x, int y) { return x != 40 || y != 17; }),
                           make_mask(w, h, [](int x, int y) { return x + y > 0; })};
  for (const Plane& domain : domains) {
    for (const Gradients gradients : {Gradients::kSource, Gradients::kMixed}) {
      const Difference d = from_plain(target, source, {&domain, nullptr, nullptr, gradients, 4});
      EXPECT_LE(d.mean, 1.0) << &domain - domains;
      EXPECT_LE(d.most, 3.0) << &domain - domains;
    }
  }
}

TEST(Poisson, AwkwardSizes) {
  for (const auto& [w, h] : {std::pair{1, 1}, {2, 1}, {1, 9}, {3, 3}, {13, 127}, {64, 5}, {5, 4}}) {
    const PlanarRgb target = make_picture(w, h, 5, 10), source = make_picture(w, h, 6, 10);
    const Plane one = make_mask(w, h, [w = w, h = h](int x, int y) { return x == w / 2 && y == h / 2; });
    const Plane rest = make_mask(w, h, [w = w](int x, int y) { return x + (w == 1 ? y : 0) > 0; });
    for (const Plane* domain : {&one, &rest}) {
      if (w * h == 1) continue;  // see AMaskWithoutBorderKeepsTheSource
      const Difference d = from_plain(target, source, {domain, nullptr, nullptr, Gradients::kMixed, 8});
      EXPECT_LE(d.most, 1.0) << w << " x " << h;
    }
  }
}

TEST(Poisson, OwnAndBorderMasksDoWhatTheySay) {
  const int n = 96;
  const PlanarRgb target = make_picture(n, n, 7, 4), source = make_picture(n, n, 8, 25);
  const Plane domain = make_mask(n, n, [](int x, int y) { return x > 3 && y > 2 && x < 90 && y < 93; });
  const Plane own = make_mask(n, n, [](int x, int y) { return std::hypot(x - 48, y - 45) < 30; });
  const Plane border = make_mask(n, n, [](int, int y) { return y < 50; });
  const Difference with_own = from_plain(target, source, {&domain, nullptr, &own, Gradients::kSource, 4});
  EXPECT_LE(with_own.mean, 0.3);
  EXPECT_LE(with_own.most, 1.5);
  const Difference half_border =
      from_plain(target, source, {&domain, &border, nullptr, Gradients::kSource, 4});
  EXPECT_LE(half_border.mean, 0.3);
  EXPECT_LE(half_border.most, 1.5);
}

TEST(Poisson, WhatIsKeptStaysAndNothingElseChanges) {
  const int w = 53, h = 41;
  const PlanarRgb target = make_picture(w, h, 1, 2), source = make_picture(w, h, 2, 5);
  const Plane keep = make_mask(w, h, [](int x, int) { return x % 3 == 0; });
  for (const int from : {14, 60}) {  // the second domain is empty
    const Plane domain = make_mask(w, h, [from](int x, int y) { return x > from && x < 40 && y > 9; });
    PoissonScratch scratch;
    PlanarRgb plain = source, kept = source;
    PoissonProblem problem{&domain};
    poisson_clone(target, problem, &scratch, &plain);
    problem.keep = &keep;
    poisson_clone(target, problem, &scratch, &kept);
    for (int c = 0; c < 3; ++c) {
      for (std::size_t i = 0; i < target.plane(); ++i) {
        const bool stays = in(&keep, i) && !in(&domain, i);
        ASSERT_EQ(kept.channel(c)[i], stays ? source.channel(c)[i] : plain.channel(c)[i]) << c << "," << i;
      }
    }
  }
}

TEST(Poisson, AMaskWithoutBorderKeepsTheSource) {
  const PlanarRgb target = make_picture(20, 11, 1, 4), source = make_picture(20, 11, 2, 4);
  const Plane all = make_mask(20, 11, [](int, int) { return true; });
  PoissonScratch scratch;
  PlanarRgb out;
  out.resize(20, 11);
  out.values = source.values;
  poisson_clone(target, {&all}, &scratch, &out);
  for (std::size_t i = 0; i < out.values.size(); ++i) EXPECT_NEAR(out.values[i], source.values[i], 1e-3f);
}

TEST(Poisson, AnEmptyMaskGivesTheTarget) {
  const PlanarRgb target = make_picture(20, 11, 1, 4);
  PlanarRgb out = make_picture(20, 11, 2, 4);
  const Plane none = make_mask(20, 11, [](int, int) { return false; });
  PoissonScratch scratch;
  poisson_clone(target, {&none}, &scratch, &out);
  EXPECT_EQ(out.values, target.values);
}

TEST(Poisson, ScratchMayBeUsedForOtherSizesAndAfterWildValues) {
  PoissonScratch scratch;
  const auto solve = [&](int w, int h, float wild) {
    const PlanarRgb target = make_picture(w, h, 1, 4);
    PlanarRgb out = make_picture(w, h, 2, 25);
    if (wild != 0) out.values[0] = wild, out.values[static_cast<std::size_t>(w) * 5 + 5] = wild;
    const Plane domain = make_mask(w, h, [w](int x, int y) { return x > 1 && x < w - 2 && y > 1; });
    poisson_clone(target, {&domain}, &scratch, &out);
    return out.values;
  };
  const std::vector<float> first = solve(60, 50, 0);
  solve(111, 90, NAN), solve(60, 50, INFINITY), solve(17, 30, 1e30f);
  EXPECT_EQ(solve(60, 50, 0), first);
}

TEST(Poisson, A512PixelRegionTakesLessThan32Megabytes) {
  const PlanarRgb target = make_picture(512, 512, 1, 4);
  PlanarRgb out = make_picture(512, 512, 2, 4);
  const Plane domain = make_mask(512, 512, [](int x, int y) { return x > 0 && y > 0 && x < 511 && y < 511; });
  PoissonScratch scratch;
  poisson_clone(target, {&domain, nullptr, nullptr, Gradients::kMixed, 1}, &scratch, &out);
  EXPECT_LE(scratch.bytes(), 32'000'000u);
}

}  // namespace
}  // namespace mien
