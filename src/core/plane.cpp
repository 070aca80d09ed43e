#include "core/plane.h"

#include <algorithm>
#include <cmath>

#include "core/simd_clones.h"

namespace mien {
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
