#include "core/resample.h"

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

struct Region {
  int x0, y0, width, height;  // may reach outside of the frame
};

// The part of the frame that the look needs, with a margin for interpolation, in whole boxes of `factor` pixels.
Region needed_region(const Affine& frame_from_out, int width, int height, int factor) {
  float low_x = 1e9f, low_y = 1e9f, high_x = -1e9f, high_y = -1e9f;
  for (const Point2f corner : {Point2f{-0.5f, -0.5f}, {static_cast<float>(width) - 0.5f, -0.5f}, {-0.5f, static_cast<float>(height) - 0.5f},
                               {static_cast<float>(width) - 0.5f, static_cast<float>(height) - 0.5f}}) {
    const Point2f p = frame_from_out(corner);
    low_x = std::min(low_x, p.x), high_x = std::max(high_x, p.x);
    low_y = std::min(low_y, p.y), high_y = std::max(high_y, p.y);
  }
  const auto bounded = [](float v) { return static_cast<int>(std::floor(std::clamp(v, -1e6f, 1e6f))); };
  const int x0 = bounded(low_x) - 2 * factor, y0 = bounded(low_y) - 2 * factor;
  return {x0, y0, (bounded(high_x) + 2 * factor - x0) / factor + 1, (bounded(high_y) + 2 * factor - y0) / factor + 1};
}

// Cuts the region to what differs from edge repetition, so that a look far outside of the frame stays cheap.
Region cut(Region r, ImageView frame, int factor) {
  const auto cut_axis = [factor](int* start, int* count, int size) {
    const int margin = 2 * factor;
    if (*start < -margin) {
      const int skip = (-margin - *start) / factor;
      *start += std::min(skip, *count - 1) * factor;
      *count -= std::min(skip, *count - 1);
    }
    const int most = (size + 2 * margin - *start) / factor + 1;
    *count = std::clamp(*count, 1, std::max(1, most));
  };
  cut_axis(&r.x0, &r.width, frame.width);
  cut_axis(&r.y0, &r.height, frame.height);
  return r;
}

// Box averages of factor x factor pixels.
void shrink(ImageView frame, const Region& r, int factor, PlanarRgb* out) {
  out->resize(r.width, r.height);
  const int channels = channel_count(frame.format), red = red_offset(frame.format), blue = channels == 1 ? 0 : 2 - red;
  const int green = channels == 1 ? 0 : 1;
  const float weight = 1.0f / static_cast<float>(factor * factor);
  for (int y = 0; y < r.height; ++y) {
    for (int x = 0; x < r.width; ++x) {
      int sum_r = 0, sum_g = 0, sum_b = 0;
      for (int dy = 0; dy < factor; ++dy) {
        const std::uint8_t* row = frame.row(std::clamp(r.y0 + y * factor + dy, 0, frame.height - 1));
        for (int dx = 0; dx < factor; ++dx) {
          const std::uint8_t* p = row + std::clamp(r.x0 + x * factor + dx, 0, frame.width - 1) * channels;
          sum_r += p[red], sum_g += p[green], sum_b += p[blue];
        }
      }
      const std::size_t i = static_cast<std::size_t>(y) * r.width + x;
      out->channel(0)[i] = static_cast<float>(sum_r) * weight;
      out->channel(1)[i] = static_cast<float>(sum_g) * weight;
      out->channel(2)[i] = static_cast<float>(sum_b) * weight;
    }
  }
}

}  // namespace

void sample_affine(ImageView frame, const Affine& out_from_frame, int width, int height, PlanarRgb* out) {
  const Affine frame_from_out = out_from_frame.inverse();
  const int factor = std::clamp(static_cast<int>(frame_from_out.scale()), 1, 256);
  const Region region = cut(needed_region(frame_from_out, width, height, factor), frame, factor);
  thread_local PlanarRgb small;  // scratch that keeps its memory
  shrink(frame, region, factor, &small);
  // Pixel (i, j) of `small` has its centre at region.x0 + i * factor + (factor - 1) / 2 in the frame.
  const auto f = static_cast<float>(factor);
  const Affine small_from_frame{1 / f, 0, (-static_cast<float>(region.x0) - (f - 1) / 2) / f,
                                0, 1 / f, (-static_cast<float>(region.y0) - (f - 1) / 2) / f};
  const Affine m = compose(small_from_frame, frame_from_out);
  out->resize(width, height);
  const float max_x = static_cast<float>(small.width - 1), max_y = static_cast<float>(small.height - 1);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const Point2f p = m({static_cast<float>(x), static_cast<float>(y)});
      const float px = std::clamp(p.x, 0.0f, max_x), py = std::clamp(p.y, 0.0f, max_y);
      const int ix = std::min(static_cast<int>(px), std::max(0, small.width - 2)), iy = std::min(static_cast<int>(py), std::max(0, small.height - 2));
      const float fx = px - static_cast<float>(ix), fy = py - static_cast<float>(iy);
      const std::size_t at = static_cast<std::size_t>(iy) * small.width + ix;
      const std::size_t right = small.width > 1 ? 1 : 0, below = small.height > 1 ? small.width : 0;
      for (int c = 0; c < 3; ++c) {
        const float* s = small.channel(c) + at;
        const float top = s[0] + fx * (s[right] - s[0]), bottom = s[below] + fx * (s[below + right] - s[below]);
        out->channel(c)[static_cast<std::size_t>(y) * width + x] = top + fy * (bottom - top);
      }
    }
  }
}

}  // namespace mien
