#include "core/plane.h"

#include <algorithm>
#include <cmath>
#include <cstring>

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

constexpr int kLanes = 8;  // lines done side by side: a running sum waits for itself, several fill the wait
constexpr std::size_t kLaneBytes = kLanes * sizeof(float);
constexpr int kLargestDirect = 3;  // radius up to which a box is summed anew for every pixel

// kLanes lines of n pixels, pixel x of line k at (x + pad) * kLanes + k.
MIEN_INLINE const float* lanes_at(const float* lines, int x, int pad) {
  return lines + static_cast<std::ptrdiff_t>(x + pad) * kLanes;
}

template <int radius>
MIEN_INLINE void box_lines_directly(const float* __restrict in, int n, int pad, const Box1d& box,
                                    float* __restrict out) {
  for (int x = 0; x < n; ++x) {
    const float* line = lanes_at(in, x, pad);
    for (int k = 0; k < kLanes; ++k) {
      float sum = line[k];
      for (int i = 1; i <= radius; ++i) sum += line[k - i * kLanes] + line[k + i * kLanes];
      const float ends = line[k - (radius + 1) * kLanes] + line[k + (radius + 1) * kLanes];
      out[x * kLanes + k] = (sum + box.rest * ends) * box.weight;
    }
  }
}

MIEN_SIMD_CLONES
void box_lines(const float* __restrict in, int n, int pad, const Box1d& box, float* __restrict out) {
  static_assert(kLargestDirect == 3);
  if (box.radius == 0) return box_lines_directly<0>(in, n, pad, box, out);
  if (box.radius == 1) return box_lines_directly<1>(in, n, pad, box, out);
  if (box.radius == 2) return box_lines_directly<2>(in, n, pad, box, out);
  if (box.radius == 3) return box_lines_directly<3>(in, n, pad, box, out);
  double sum[kLanes] = {};  // double: a running float sum drifts
  for (int i = -box.radius; i <= box.radius; ++i) {
    for (int k = 0; k < kLanes; ++k) sum[k] += lanes_at(in, i, pad)[k];
  }
  for (int x = 0; x < n; ++x) {
    const float *before = lanes_at(in, x - box.radius - 1, pad),
                *after = lanes_at(in, x + box.radius + 1, pad), *leaving = lanes_at(in, x - box.radius, pad);
    for (int k = 0; k < kLanes; ++k) {
      out[x * kLanes + k] = (static_cast<float>(sum[k]) + box.rest * (before[k] + after[k])) * box.weight;
      sum[k] += after[k] - leaving[k];
    }
  }
}

void repeat_edges(int n, int pad, float* lines) {
  const float *first = lanes_at(lines, 0, pad), *last = lanes_at(lines, n - 1, pad);
  for (int x = 0; x < pad; ++x) {
    std::copy_n(first, kLanes, lines + static_cast<std::ptrdiff_t>(x) * kLanes);
    std::copy_n(last, kLanes, lines + static_cast<std::ptrdiff_t>(pad + n + x) * kLanes);
  }
}

// All passes along kLanes lines of n pixels; `from` holds them, `to` is scratch of the same size. -> where
// the result lies.
const float* blur_lines(int n, int pad, const Box1d& box, float* from, float* to) {
  for (int pass = 0; pass < kPasses; ++pass) {
    repeat_edges(n, pad, from);
    box_lines(from, n, pad, box, to + static_cast<std::ptrdiff_t>(pad) * kLanes);
    std::swap(from, to);
  }
  return lanes_at(from, 0, pad);
}

// kLanes rows from `first` on, the last one repeated.
void blur_rows(Plane* plane, int first, const Box1d& box, int pad, float* from, float* to) {
  const int n = plane->width, rows = std::min(kLanes, plane->height - first);
  for (int k = 0; k < kLanes; ++k) {
    const float* row = plane->row(first + std::min(k, rows - 1));
    for (int x = 0; x < n; ++x) from[(x + pad) * kLanes + k] = row[x];
  }
  const float* blurred = blur_lines(n, pad, box, from, to);
  for (int k = 0; k < rows; ++k) {
    float* row = plane->row(first + k);
    for (int x = 0; x < n; ++x) row[x] = blurred[x * kLanes + k];
  }
}

// kLanes columns from `first` on.
void blur_whole_columns(Plane* plane, int first, const Box1d& box, int pad, float* from, float* to) {
  const int n = plane->height;
  for (int y = 0; y < n; ++y) std::memcpy(from + (y + pad) * kLanes, plane->row(y) + first, kLaneBytes);
  const float* blurred = blur_lines(n, pad, box, from, to);
  for (int y = 0; y < n; ++y) std::memcpy(plane->row(y) + first, blurred + y * kLanes, kLaneBytes);
}

// The last columns, fewer than kLanes.
void blur_last_columns(Plane* plane, int first, const Box1d& box, int pad, float* from, float* to) {
  const int n = plane->height, columns = plane->width - first;
  std::fill_n(from, (static_cast<std::size_t>(n) + 2 * pad) * kLanes, 0.0f);
  for (int y = 0; y < n; ++y) std::copy_n(plane->row(y) + first, columns, from + (y + pad) * kLanes);
  const float* blurred = blur_lines(n, pad, box, from, to);
  for (int y = 0; y < n; ++y) std::copy_n(blurred + y * kLanes, columns, plane->row(y) + first);
}

}  // namespace

void gaussian_blur(Plane* plane, float sigma_px, std::vector<float>* scratch) {
  if (!(sigma_px > 0.05f) || plane->size() == 0) return;
  const Box1d box = box_for(std::min(sigma_px, 2000.0f));
  const int pad = box.radius + 2;
  const std::size_t size =
      (static_cast<std::size_t>(std::max(plane->width, plane->height)) + 2 * pad) * kLanes;
  scratch->resize(2 * size);
  float *from = scratch->data(), *to = from + size;
  for (int y = 0; y < plane->height; y += kLanes) blur_rows(plane, y, box, pad, from, to);
  int x = 0;
  for (; x + kLanes <= plane->width; x += kLanes) blur_whole_columns(plane, x, box, pad, from, to);
  if (x < plane->width) blur_last_columns(plane, x, box, pad, from, to);
}

namespace {

// Sums of factor x factor boxes of rows y0..y1, in `line` and then in `to`: columns first, side by side.
MIEN_SIMD_CLONES
void sum_boxes(const float* in, const float* mask, int width, int y0, int y1, int factor,
               float* __restrict line, float* __restrict to) {
  std::fill_n(line, width, 0.0f);
  for (int v = y0; v < y1; ++v) {
    const float* row = in + static_cast<std::ptrdiff_t>(v) * width;
    if (mask == nullptr) {
      for (int x = 0; x < width; ++x) line[x] += row[x];
      continue;
    }
    const float* weight = mask + static_cast<std::ptrdiff_t>(v) * width;
    for (int x = 0; x < width; ++x) line[x] += row[x] * weight[x];
  }
  const int whole = width / factor;
  for (int x = 0; x < whole; ++x) {
    float sum = 0;
    for (int u = 0; u < factor; ++u) sum += line[x * factor + u];
    to[x] = sum / static_cast<float>((y1 - y0) * factor);
  }
  if (whole * factor == width) return;
  float sum = 0;
  for (int u = whole * factor; u < width; ++u) sum += line[u];
  to[whole] = sum / static_cast<float>((y1 - y0) * (width - whole * factor));
}

void shrink(const float* in, const float* mask, int width, int height, int factor, Plane* out) {
  out->resize((width + factor - 1) / factor, (height + factor - 1) / factor);
  thread_local std::vector<float> line;
  line.resize(static_cast<std::size_t>(width));
  for (int y = 0; y < out->height; ++y)
    sum_boxes(in, mask, width, y * factor, std::min(height, (y + 1) * factor), factor, line.data(),
              out->row(y));
}

}  // namespace

void shrink_boxes(const float* in, int width, int height, int factor, Plane* out) {
  shrink(in, nullptr, width, height, factor, out);
}

void shrink_boxes(const Plane& in, int factor, Plane* out) {
  shrink_boxes(in.values.data(), in.width, in.height, factor, out);
}

void shrink_boxes_masked(const float* in, const Plane& mask, int factor, Plane* out) {
  shrink(in, mask.values.data(), mask.width, mask.height, factor, out);
}

namespace {

// A row of `in` brought to more pixels: pixel x lies behind cell[x] by share[x].
MIEN_SIMD_CLONES
void widen_row(const float* in, const int* cell, const int* next, const float* share, int width,
               float* __restrict out) {
  for (int x = 0; x < width; ++x) out[x] = in[cell[x]] + share[x] * (in[next[x]] - in[cell[x]]);
}

MIEN_SIMD_CLONES
void mix_rows(const float* top, const float* bottom, float share, int width, float* __restrict out) {
  for (int x = 0; x < width; ++x) out[x] = top[x] + share * (bottom[x] - top[x]);
}

}  // namespace

// Each row of cells is widened once and serves all rows of pixels between it and its neighbours.
void enlarge_boxes(const Plane& in, int factor, int width, int height, Plane* out) {
  out->resize(width, height);
  const float step = 1.0f / static_cast<float>(factor), start = 0.5f * step - 0.5f;
  const auto place = [&](int i, int cells) {
    return std::clamp(start + static_cast<float>(i) * step, 0.0f, static_cast<float>(cells - 1));
  };
  thread_local std::vector<int> cell, next;  // scratch that keeps its memory
  thread_local std::vector<float> share, wide[2];
  cell.resize(static_cast<std::size_t>(width)), next.resize(cell.size()), share.resize(cell.size());
  for (int x = 0; x < width; ++x) {
    const float px = place(x, in.width);
    cell[x] = std::min(static_cast<int>(px), std::max(0, in.width - 2));
    next[x] = std::min(cell[x] + 1, in.width - 1);
    share[x] = px - static_cast<float>(cell[x]);
  }
  int held[2] = {-1, -1};
  const auto widened = [&](int row) -> const float* {
    std::vector<float>& line = wide[row % 2];
    if (held[row % 2] != row) {
      line.resize(cell.size());
      widen_row(in.row(row), cell.data(), next.data(), share.data(), width, line.data());
      held[row % 2] = row;
    }
    return line.data();
  };
  for (int y = 0; y < height; ++y) {
    const float py = place(y, in.height);
    const int iy = std::min(static_cast<int>(py), std::max(0, in.height - 2));
    const float *top = widened(iy), *bottom = widened(std::min(iy + 1, in.height - 1));
    mix_rows(top, bottom, py - static_cast<float>(iy), width, out->row(y));
  }
}

}  // namespace mien
