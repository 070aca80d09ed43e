#include "core/plane.h"

#include <algorithm>
#include <cmath>

#include "core/simd_clones.h"

namespace mien {
namespace {

constexpr int kPasses = 3;

// A box of fractional width 2 * radius + 1 + 2 * rest: whole pixels weigh 1, one more on each side weighs `rest`.
struct Box1d {
  int radius;
  float rest, weight;
};

Box1d box_for(float sigma) {
  // Variance of a box of width w is (w^2 - 1) / 12; kPasses of them add up. The fractional part is solved for exactly.
  const float wanted = 12 * sigma * sigma / kPasses;
  const int radius = static_cast<int>((std::sqrt(wanted + 1) - 1) / 2);
  const auto r = static_cast<float>(radius), n = 2 * r + 1;
  // n (n^2 - 1) + 24 a (r + 1)^2 = wanted (n + 2 a)
  const float a = n * (wanted - (n * n - 1)) / (24 * (r + 1) * (r + 1) - 2 * wanted);
  const float rest = std::clamp(a, 0.0f, 1.0f);
  return {radius, rest, 1 / (n + 2 * rest)};
}

MIEN_SIMD_CLONES
void blur_rows(Plane* plane, const Box1d& box, std::vector<float>* scratch) {
  const int n = plane->width, pad = box.radius + 2;
  scratch->resize(static_cast<std::size_t>(n) + 2 * pad);
  float* line = scratch->data() + pad;
  for (int y = 0; y < plane->height; ++y) {
    float* row = plane->row(y);
    std::fill(line - pad, line, row[0]);
    std::copy(row, row + n, line);
    std::fill(line + n, line + n + pad, row[n - 1]);
    double sum = 0;  // double: a running float sum drifts
    for (int i = -box.radius; i <= box.radius; ++i) sum += line[i];
    for (int x = 0; x < n; ++x) {
      row[x] = (static_cast<float>(sum) + box.rest * (line[x - box.radius - 1] + line[x + box.radius + 1])) * box.weight;
      sum += line[x + box.radius + 1] - line[x - box.radius];
    }
  }
}

// Columns are done row by row: one running sum per column.
MIEN_SIMD_CLONES
void blur_columns(Plane* plane, const Box1d& box, std::vector<float>* scratch) {
  const int w = plane->width, h = plane->height;
  std::vector<float>& in = *scratch;
  in.assign(plane->values.begin(), plane->values.end());
  const auto row_at = [&](int y) { return in.data() + static_cast<std::size_t>(std::clamp(y, 0, h - 1)) * w; };
  thread_local std::vector<double> sums;
  sums.assign(static_cast<std::size_t>(w), 0.0);
  for (int y = -box.radius; y <= box.radius; ++y) {
    const float* row = row_at(y);
    for (int x = 0; x < w; ++x) sums[x] += row[x];
  }
  for (int y = 0; y < h; ++y) {
    const float *before = row_at(y - box.radius - 1), *after = row_at(y + box.radius + 1), *leaving = row_at(y - box.radius);
    float* out = plane->row(y);
    for (int x = 0; x < w; ++x) {
      out[x] = (static_cast<float>(sums[x]) + box.rest * (before[x] + after[x])) * box.weight;
      sums[x] += after[x] - leaving[x];
    }
  }
}

}  // namespace

void gaussian_blur(Plane* plane, float sigma_px, std::vector<float>* scratch) {
  if (!(sigma_px > 0.05f) || plane->size() == 0) return;
  const Box1d box = box_for(std::min(sigma_px, 2000.0f));
  for (int pass = 0; pass < kPasses; ++pass) blur_rows(plane, box, scratch);
  for (int pass = 0; pass < kPasses; ++pass) blur_columns(plane, box, scratch);
}

MIEN_SIMD_CLONES
void shrink_boxes(const Plane& in, int factor, Plane* out) {
  out->resize((in.width + factor - 1) / factor, (in.height + factor - 1) / factor);
  for (int y = 0; y < out->height; ++y) {
    const int y0 = y * factor, y1 = std::min(in.height, y0 + factor);
    for (int x = 0; x < out->width; ++x) {
      const int x0 = x * factor, x1 = std::min(in.width, x0 + factor);
      float sum = 0;
      for (int v = y0; v < y1; ++v) {
        const float* row = in.row(v);
        for (int u = x0; u < x1; ++u) sum += row[u];
      }
      out->row(y)[x] = sum / static_cast<float>((y1 - y0) * (x1 - x0));
    }
  }
}

MIEN_SIMD_CLONES
void enlarge_boxes(const Plane& in, int factor, int width, int height, Plane* out) {
  out->resize(width, height);
  const float step = 1.0f / static_cast<float>(factor), start = 0.5f * step - 0.5f;
  thread_local std::vector<float> line;
  line.resize(static_cast<std::size_t>(in.width));
  for (int y = 0; y < height; ++y) {
    const float py = std::clamp(start + static_cast<float>(y) * step, 0.0f, static_cast<float>(in.height - 1));
    const int iy = std::min(static_cast<int>(py), std::max(0, in.height - 2));
    const float fy = py - static_cast<float>(iy);
    const float *top = in.row(iy), *bottom = in.row(std::min(iy + 1, in.height - 1));
    for (int x = 0; x < in.width; ++x) line[x] = top[x] + fy * (bottom[x] - top[x]);
    float* row = out->row(y);
    for (int x = 0; x < width; ++x) {
      const float px = std::clamp(start + static_cast<float>(x) * step, 0.0f, static_cast<float>(in.width - 1));
      const int ix = std::min(static_cast<int>(px), std::max(0, in.width - 2));
      row[x] = line[ix] + (px - static_cast<float>(ix)) * (line[std::min(ix + 1, in.width - 1)] - line[ix]);
    }
  }
}

}  // namespace mien
