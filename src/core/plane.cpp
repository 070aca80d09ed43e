#include "core/plane.h"

#include <algorithm>
#include <cmath>

#include "core/simd_clones.h"

namespace mien {
namespace {

MIEN_SIMD_CLONES
void add_row(const float* row, const float* weights, int count, float* __restrict sums) {
  if (weights == nullptr) {
    for (int x = 0; x < count; ++x) sums[x] += row[x];
  } else {
    for (int x = 0; x < count; ++x) sums[x] += row[x] * weights[x];
  }
}

// Means of boxes `rows` high from the sums of their columns.
void box_means(const float* line, int width, int rows, int factor, float* to) {
  const int whole = width / factor;
  for (int x = 0; x < whole; ++x) {
    float sum = 0;
    for (int u = 0; u < factor; ++u) sum += line[x * factor + u];
    to[x] = sum / static_cast<float>(rows * factor);
  }
  if (whole * factor == width) return;
  float sum = 0;
  for (int u = whole * factor; u < width; ++u) sum += line[u];
  to[whole] = sum / static_cast<float>(rows * (width - whole * factor));
}

void shrink(const float* in, const float* mask, int width, int height, int factor, Plane* out) {
  thread_local RowShrinker shrinker;  // scratch that keeps its memory
  shrinker.begin(width, height, factor, out);
  for (std::ptrdiff_t y = 0; y < height; ++y)
    shrinker.add(in + y * width, mask ? mask + y * width : nullptr, 0, width);
}

}  // namespace

void RowShrinker::begin(int width, int height, int factor, Plane* out) {
  width_ = width, height_ = height, factor_ = factor, y_ = 0, out_ = out;
  out->resize((width + factor - 1) / factor, (height + factor - 1) / factor);
  line_.assign(static_cast<std::size_t>(width), 0.0f);
}

void RowShrinker::add(const float* values, const float* weights, int first, int last) {
  if (last > first) add_row(values, weights, last - first, line_.data() + first);
  const int box = y_ / factor_, from = box * factor_;
  if (++y_ < std::min(height_, from + factor_)) return;
  box_means(line_.data(), width_, y_ - from, factor_, out_->row(box));
  std::fill(line_.begin(), line_.end(), 0.0f);
}

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

// Where pixel i lies among `cells` of them, `step` apart.
MIEN_INLINE float place_among(int i, float step, int cells) {
  return std::clamp(0.5f * step - 0.5f + static_cast<float>(i) * step, 0.0f, static_cast<float>(cells - 1));
}

MIEN_SIMD_CLONES
void find_cells(int width, float step, int cells, int* __restrict cell, int* __restrict next,
                float* __restrict share) {
  const int last = std::max(0, cells - 2), end = cells - 1;
  for (int x = 0; x < width; ++x) {
    const float px = place_among(x, step, cells);
    cell[x] = std::min(static_cast<int>(px), last);
    next[x] = std::min(cell[x] + 1, end);
    share[x] = px - static_cast<float>(cell[x]);
  }
}

}  // namespace

void RowEnlarger::begin(const Plane& in, int factor, int width) {
  in_ = &in, step_ = 1.0f / static_cast<float>(factor);
  held_[0] = held_[1] = -1;
  const auto size = static_cast<std::size_t>(width);
  cell_.resize(size), next_.resize(size), share_.resize(size);
  find_cells(width, step_, in.width, cell_.data(), next_.data(), share_.data());
}

// Each row of cells is widened once and serves all rows of pixels between it and its neighbours.
const float* RowEnlarger::widened(int cell_row) {
  std::vector<float>& line = wide_[cell_row % 2];
  if (held_[cell_row % 2] != cell_row) {
    line.resize(cell_.size());
    widen_row(in_->row(cell_row), cell_.data(), next_.data(), share_.data(), static_cast<int>(cell_.size()),
              line.data());
    held_[cell_row % 2] = cell_row;
  }
  return line.data();
}

void RowEnlarger::row(int y, int first, int last, float* out) {
  const float py = place_among(y, step_, in_->height);
  const int iy = std::min(static_cast<int>(py), std::max(0, in_->height - 2));
  const float *top = widened(iy), *bottom = widened(std::min(iy + 1, in_->height - 1));
  mix_rows(top + first, bottom + first, py - static_cast<float>(iy), last - first, out);
}

void enlarge_boxes(const Plane& in, int factor, int width, int height, Plane* out) {
  out->resize(width, height);
  thread_local RowEnlarger enlarger;  // scratch that keeps its memory
  enlarger.begin(in, factor, width);
  for (int y = 0; y < height; ++y) enlarger.row(y, 0, width, out->row(y));
}

}  // namespace mien
