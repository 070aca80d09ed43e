// gaussian_blur() of plane.h.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/plane.h"
#include "core/simd_clones.h"

namespace mien {
namespace {

constexpr int kPasses = 3;

// A box of fractional width 2 * radius + 1 + 2 * rest: whole pixels weigh 1, one more on each side weighs
// `rest`.
struct Box1d {
  int radius;
  float rest, weight;
};

Box1d box_for(float sigma) {
  // Variance of a box of width w is (w^2 - 1) / 12; kPasses of them add up. The fractional part is solved for
  // exactly.
  const float wanted = 12 * sigma * sigma / kPasses;
  const int radius = static_cast<int>((std::sqrt(wanted + 1) - 1) / 2);
  const auto r = static_cast<float>(radius), n = 2 * r + 1;
  // n (n^2 - 1) + 24 a (r + 1)^2 = wanted (n + 2 a)
  const float a = n * (wanted - (n * n - 1)) / (24 * (r + 1) * (r + 1) - 2 * wanted);
  const float rest = std::clamp(a, 0.0f, 1.0f);
  return {radius, rest, 1 / (n + 2 * rest)};
}

constexpr int kLargestDirect = 3;  // radius up to which a box is summed anew for every pixel
constexpr int kLanes = 8;          // else: lines done side by side. A running sum waits for itself
constexpr int kStrip = 16;         // columns done side by side: a cache line

// Lines that are blurred together, side by side: pixel x of line k lies at pixels[x * step + k]. On both ends
// there is room for `pad` pixels more.
struct Lines {
  int length, step, pad;
  float *pixels, *scratch;  // of the same size and layout
};

// Every pixel of every line, `count` in all; neighbours along a line lie `step` apart.
template <int radius>
MIEN_INLINE void sum_directly(const float* __restrict in, int count, int step, const Box1d& box,
                              float* __restrict out) {
  for (int i = 0; i < count; ++i) {
    float sum = in[i];
    for (int k = 1; k <= radius; ++k) sum += in[i - k * step] + in[i + k * step];
    const float ends = in[i - (radius + 1) * step] + in[i + (radius + 1) * step];
    out[i] = (sum + box.rest * ends) * box.weight;
  }
}

// Four lanes: GCC 12 makes no vectors of plain arrays where two widths of numbers meet.
using FourFloats [[gnu::vector_size(16)]] = float;
using FourDoubles [[gnu::vector_size(32)]] = double;

MIEN_INLINE FourFloats lanes_at(const float* in) {
  FourFloats out;
  std::memcpy(&out, in, sizeof out);
  return out;
}

// Four lines of those that lie kLanes apart.
MIEN_INLINE void sum_four_running(const float* __restrict in, int length, const Box1d& box,
                                  float* __restrict out) {
  FourDoubles sum{};  // a running float sum drifts
  for (int x = -box.radius; x <= box.radius; ++x)
    sum += __builtin_convertvector(lanes_at(in + x * kLanes), FourDoubles);
  for (int x = 0; x < length; ++x) {
    const FourFloats before = lanes_at(in + (x - box.radius - 1) * kLanes),
                     leaving = lanes_at(in + (x - box.radius) * kLanes),
                     after = lanes_at(in + (x + box.radius + 1) * kLanes);
    const FourFloats mean =
        (__builtin_convertvector(sum, FourFloats) + box.rest * (before + after)) * box.weight;
    std::memcpy(out + x * kLanes, &mean, sizeof mean);
    sum += __builtin_convertvector(after - leaving, FourDoubles);
  }
}

MIEN_SIMD_CLONES
void sum_boxes(const float* in, int length, int step, const Box1d& box, float* out) {
  static_assert(kLargestDirect == 3);
  const int count = length * step;
  if (box.radius == 0) return sum_directly<0>(in, count, step, box, out);
  if (box.radius == 1) return sum_directly<1>(in, count, step, box, out);
  if (box.radius == 2) return sum_directly<2>(in, count, step, box, out);
  if (box.radius == 3) return sum_directly<3>(in, count, step, box, out);
  for (int k = 0; k < kLanes; k += 4) sum_four_running(in + k, length, box, out + k);
}

void repeat_edges(const Lines& lines) {
  const std::ptrdiff_t step = lines.step;
  const float *first = lines.pixels, *last = lines.pixels + (lines.length - 1) * step;
  for (int x = 1; x <= lines.pad; ++x) {
    std::copy_n(first, step, lines.pixels - x * step);
    std::copy_n(last, step, lines.pixels + (lines.length - 1 + x) * step);
  }
}

// All passes. -> where the result lies.
const float* blur_lines(Lines lines, const Box1d& box) {
  for (int pass = 0; pass < kPasses; ++pass) {
    repeat_edges(lines);
    sum_boxes(lines.pixels, lines.length, lines.step, box, lines.scratch);
    std::swap(lines.pixels, lines.scratch);
  }
  return lines.pixels;
}

// A small radius: one row, as it lies there.
void blur_row(float* row, const Lines& lines, const Box1d& box) {
  std::copy_n(row, lines.length, lines.pixels);
  std::copy_n(blur_lines(lines, box), lines.length, row);
}

// kLanes rows from `first` on, the last one repeated.
void blur_rows(Plane* plane, int first, const Lines& lines, const Box1d& box) {
  const int n = plane->width, rows = std::min(kLanes, plane->height - first);
  for (int k = 0; k < kLanes; ++k) {
    const float* row = plane->row(first + std::min(k, rows - 1));
    for (int x = 0; x < n; ++x) lines.pixels[x * kLanes + k] = row[x];
  }
  const float* blurred = blur_lines(lines, box);
  for (int k = 0; k < rows; ++k) {
    float* row = plane->row(first + k);
    for (int x = 0; x < n; ++x) row[x] = blurred[x * kLanes + k];
  }
}

// `count` columns from `first` on; at most kStep, the lines' step. Lines without a column stay what they
// were.
template <int kStep>
void blur_columns(Plane* plane, int first, int count, const Lines& lines, const Box1d& box) {
  const auto copy = [count](const float* from, float* to) {
    if (count == kStep) {
      std::memcpy(to, from, kStep * sizeof(float));
    } else {
      std::copy_n(from, count, to);
    }
  };
  for (int y = 0; y < plane->height; ++y) copy(plane->row(y) + first, lines.pixels + y * kStep);
  const float* blurred = blur_lines(lines, box);
  for (int y = 0; y < plane->height; ++y) copy(blurred + y * kStep, plane->row(y) + first);
}

template <int kStep>
void blur_all_columns(Plane* plane, const Lines& lines, const Box1d& box) {
  for (int x = 0; x < plane->width; x += kStep)
    blur_columns<kStep>(plane, x, std::min(kStep, plane->width - x), lines, box);
}

// Columns that lie side by side fill a cache line each: when they begin with it, none is read in two parts.
float* on_cache_line(float* at) {
  const auto address = reinterpret_cast<std::uintptr_t>(at);
  return at + (64 - address % 64) % 64 / sizeof(float);
}

constexpr float kSmallestSigma = 0.05f, kLargestSigma = 2000;

}  // namespace

int gaussian_blur_reach(float sigma_px) {
  return sigma_px > kSmallestSigma ? kPasses * (box_for(std::min(sigma_px, kLargestSigma)).radius + 1) : 0;
}

void gaussian_blur(Plane* plane, float sigma_px, std::vector<float>* scratch) {
  if (!(sigma_px > kSmallestSigma) || plane->size() == 0) return;
  const Box1d box = box_for(std::min(sigma_px, kLargestSigma));
  const bool direct = box.radius <= kLargestDirect;
  const int pad = box.radius + 2, strip = direct ? kStrip : kLanes, row_step = direct ? 1 : kLanes;
  std::size_t size = (static_cast<std::size_t>(std::max(plane->width, plane->height)) + 2 * pad) * strip;
  constexpr std::size_t kCacheLine = 64 / sizeof(float);
  size = (size + kCacheLine - 1) / kCacheLine * kCacheLine;
  if (scratch->size() < 2 * size + kCacheLine) scratch->assign(2 * size + kCacheLine, 0.0f);
  float* begin = on_cache_line(scratch->data());
  const auto lines = [&](int length, int step) {
    float* first = begin + static_cast<std::ptrdiff_t>(pad) * step;
    return Lines{length, step, pad, first, first + size};
  };
  for (int y = 0; y < plane->height; y += row_step) {
    if (direct) {
      blur_row(plane->row(y), lines(plane->width, 1), box);
    } else {
      blur_rows(plane, y, lines(plane->width, kLanes), box);
    }
  }
  if (direct) {
    blur_all_columns<kStrip>(plane, lines(plane->height, kStrip), box);
  } else {
    blur_all_columns<kLanes>(plane, lines(plane->height, kLanes), box);
  }
}

}  // namespace mien
