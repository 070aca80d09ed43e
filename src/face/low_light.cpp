#include "face/low_light.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/luma.h"
#include "core/simd_clones.h"

namespace mien {
namespace {

// Levels of light. Of 1,147 ordinary photos the darkest face has 34, the darkest scene 44.
constexpr int kOrdinary = 32, kDark = 16;
constexpr float kWantedLevel = 0.4f;           // of white: what the networks saw most
constexpr float kSceneDecileShare = 3.0f / 8;  // the ninth decile of an ordinary photo is 8/3 of its median
constexpr float kNoisyFrom = 8, kNoisyFully = 18;  // gains

constexpr int kLookedAtPx = 320;  // of a row or column: more pixels tell nothing new

using Histogram = std::array<std::int64_t, 256>;

// The smallest value that at least this share of all pixels do not exceed.
int quantile(const Histogram& histogram, std::int64_t pixels, double share) {
  int value = 0;
  for (std::int64_t below = histogram[0];
       static_cast<double>(below) < share * static_cast<double>(pixels) && value < 255;)
    below += histogram[++value];
  return value;
}

// x -> gain x / (1 + (gain - 1) x / 255): black and white stay, dark values are multiplied by the gain,
// nothing is clipped.
MIEN_SIMD_CLONES
void lift(float gain, int width, float* row) {
  const float slope = (gain - 1) / 255;
  for (int x = 0; x < width; ++x) row[x] = gain * row[x] / (1 + slope * row[x]);
}

// (share, 1 - 2 share, share) along rows, then along columns; edge pixels are repeated.
MIEN_SIMD_CLONES
void smooth(float share, int width, int height, int stride, float* plane) {
  thread_local std::vector<float> line, above;
  const float centre = 1 - 2 * share;
  line.resize(static_cast<std::size_t>(width) + 2);
  for (int y = 0; y < height; ++y) {
    float* row = plane + static_cast<std::size_t>(y) * stride;
    line.front() = row[0], line.back() = row[width - 1];
    std::copy(row, row + width, line.begin() + 1);
    const float* in = line.data();
    for (int x = 0; x < width; ++x) row[x] = centre * in[x + 1] + share * (in[x] + in[x + 2]);
  }
  above.assign(plane, plane + width);  // what the row above was before it was changed
  for (int y = 0; y < height; ++y) {
    float* row = plane + static_cast<std::size_t>(y) * stride;
    const float* below = y + 1 < height ? row + stride : row;
    std::copy(row, row + width, line.begin());
    const float* was = line.data();
    const float* over = above.data();
    for (int x = 0; x < width; ++x)
      row[x] = centre * was[x] + share * (over[x] + (below == row ? was[x] : below[x]));
    above.swap(line);
    line.resize(static_cast<std::size_t>(width) + 2);
  }
}

}  // namespace

int light_level(const PlanarRgb& look, LookAt what, int width, int height) {
  Histogram histogram{};
  std::int64_t pixels = 0;
  const int step = 1 + (std::max(width, height) - 1) / kLookedAtPx;
  for (int y = 0; y < height; y += step) {
    const std::size_t at = static_cast<std::size_t>(y) * look.width;
    const float *r = look.channel(0) + at, *g = look.channel(1) + at, *b = look.channel(2) + at;
    for (int x = 0; x < width; x += step, ++pixels)
      ++histogram[static_cast<std::size_t>(std::clamp(luma(r[x], g[x], b[x]) + 0.5f, 0.0f, 255.0f))];
  }
  const int median = quantile(histogram, pixels, 0.5);
  if (what == LookAt::kFace) return median;
  return std::max(median,
                  static_cast<int>(kSceneDecileShare * static_cast<float>(quantile(histogram, pixels, 0.9))));
}

float low_light_gain(int level) {
  const float amount =
      std::clamp(static_cast<float>(kOrdinary - level) / static_cast<float>(kOrdinary - kDark), 0.0f, 1.0f);
  const float own = static_cast<float>(std::max(level, 1)) / 255;
  const float wanted = own + amount * (kWantedLevel - own);
  return amount > 0 ? wanted * (1 - own) / (own * (1 - wanted)) : 1.0f;
}

float low_light_blur(float gain) {
  return 0.25f * std::clamp((gain - kNoisyFrom) / (kNoisyFully - kNoisyFrom), 0.0f, 1.0f);
}

float gain_for(LowLight mode, LookAt what, int width, int height, const PlanarRgb& look) {
  if (mode == LowLight::kOff || width < 1 || height < 1) return 1;
  return low_light_gain(light_level(look, what, width, height));
}

void brighten(float gain, int width, int height, PlanarRgb* look) {
  if (!(gain > 1) || width < 1 || height < 1) return;
  const float blur = low_light_blur(gain);
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < height; ++y)
      lift(gain, width, look->channel(c) + static_cast<std::size_t>(y) * look->width);
    if (blur > 0) smooth(blur, width, height, look->width, look->channel(c));
  }
}

}  // namespace mien
