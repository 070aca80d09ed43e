// Brightening a dark look, and seeing that a look is not dark: what every picture pays.
#include <benchmark/benchmark.h>

#include <random>

#include "face/low_light.h"

namespace mien {
namespace {

// As the networks do it. -> whether the look was changed
bool brighten_if_dark(LowLight mode, LookAt what, int width, int height, PlanarRgb* look) {
  const float gain = gain_for(mode, what, width, height, *look);
  brighten(gain, width, height, look);
  return gain > 1;
}

PlanarRgb noisy(int size, int low, int high) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> value(low, high);
  PlanarRgb out;
  out.resize(size, size);
  for (float& v : out.values) v = static_cast<float>(value(random));
  return out;
}

// range(0): side in pixels; range(1): 1 for a dark look.
void brighten(benchmark::State& state) {
  const int size = static_cast<int>(state.range(0));
  const bool dark = state.range(1) != 0;
  const PlanarRgb before = dark ? noisy(size, 0, 10) : noisy(size, 60, 200);
  PlanarRgb look = before;
  if (brighten_if_dark(LowLight::kAuto, LookAt::kScene, size, size, &look) != dark) {
    state.SkipWithError("not timed: the look was judged wrongly");
    return;
  }
  for (auto _ : state) {
    state.PauseTiming();
    look.values = before.values;
    state.ResumeTiming();
    benchmark::DoNotOptimize(brighten_if_dark(LowLight::kAuto, LookAt::kScene, size, size, &look));
  }
}
BENCHMARK(brighten)->ArgsProduct({{128, 320, 640}, {0, 1}})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mien

BENCHMARK_MAIN();
