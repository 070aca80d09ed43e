#include "core/resample.h"

#include <algorithm>
#include <cmath>

#include "core/simd_clones.h"

namespace mien {
namespace {

struct Region {
  int x0, y0, width, height;  // may reach outside of the frame
};

// The part of the frame that the look needs, with a margin for interpolation, in whole boxes of `factor`
// pixels.
Region needed_region(const Affine& frame_from_out, int width, int height, int factor) {
  float low_x = 1e9f, low_y = 1e9f, high_x = -1e9f, high_y = -1e9f;
  for (const Point2f corner : {Point2f{-0.5f, -0.5f},
                               {static_cast<float>(width) - 0.5f, -0.5f},
                               {-0.5f, static_cast<float>(height) - 0.5f},
                               {static_cast<float>(width) - 0.5f, static_cast<float>(height) - 0.5f}}) {
    const Point2f p = frame_from_out(corner);
    low_x = std::min(low_x, p.x), high_x = std::max(high_x, p.x);
    low_y = std::min(low_y, p.y), high_y = std::max(high_y, p.y);
  }
  const auto bounded = [](float v) { return static_cast<int>(std::floor(std::clamp(v, -1e6f, 1e6f))); };
  const int x0 = bounded(low_x) - 2 * factor, y0 = bounded(low_y) - 2 * factor;
  return {x0, y0, (bounded(high_x) + 2 * factor - x0) / factor + 1,
          (bounded(high_y) + 2 * factor - y0) / factor + 1};
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

// A pixel as one vector; the last value is unused.
using Rgbx [[gnu::vector_size(16)]] = float;

MIEN_INLINE Rgbx mix(const Rgbx& a, const Rgbx& b, float t) { return a + t * (b - a); }

struct Channels {
  int count, red, green, blue;
  explicit Channels(PixelFormat format)
      : count(channel_count(format)),
        red(count == 1 ? 0 : red_offset(format)),
        green(count == 1 ? 0 : 1),
        blue(count == 1 ? 0 : 2 - red) {}
};

// Sums of the same bytes of several rows; of 256 rows they still fit.
MIEN_SIMD_CLONES
void sum_rows(const std::uint8_t* first, std::ptrdiff_t stride, int rows, int bytes,
              std::uint16_t* __restrict out) {
  const std::uint8_t* second = first + stride;
  for (int i = 0; i < bytes; ++i) out[i] = static_cast<std::uint16_t>(first[i] + second[i]);
  for (int v = 2; v < rows; ++v) {
    const std::uint8_t* row = first + v * stride;
    for (int i = 0; i < bytes; ++i) out[i] = static_cast<std::uint16_t>(out[i] + row[i]);
  }
}

// Pixels of a summed line to means of `factor` of them; kFactor and kCount, when they are not 0, are factor
// and channels as the compiler knows them.
template <int kFactor, int kCount>
void sum_columns(const std::uint16_t* p, int width, int factor, const Channels& ch, float weight, Rgbx* to) {
  const int boxes = kFactor ? kFactor : factor, count = kCount ? kCount : ch.count;
  for (int x = 0; x < width; ++x) {
    int red = 0, green = 0, blue = 0;
    for (int u = 0; u < boxes; ++u, p += count) red += p[ch.red], green += p[ch.green], blue += p[ch.blue];
    to[x] = Rgbx{static_cast<float>(red), static_cast<float>(green), static_cast<float>(blue), 0} * weight;
  }
}

// Boxes first .. end - 1 of a row, which lie wholly inside of the frame; factor > 1.
void shrink_inside(ImageView frame, const Region& r, int y, int first, int end, int factor,
                   const Channels& ch, float weight, Rgbx* to) {
  thread_local std::vector<std::uint16_t> line;  // scratch that keeps its memory
  const int bytes = (end - first) * factor * ch.count;
  line.resize(static_cast<std::size_t>(bytes));
  sum_rows(frame.row(r.y0 + y * factor) + static_cast<std::ptrdiff_t>(r.x0 + first * factor) * ch.count,
           frame.stride_bytes, factor, bytes, line.data());
  const auto sum = [&](auto columns) { columns(line.data(), end - first, factor, ch, weight, to + first); };
  if (ch.count == 3 && factor == 2) return sum(sum_columns<2, 3>);
  if (ch.count == 3 && factor == 3) return sum(sum_columns<3, 3>);
  if (ch.count == 3 && factor == 4) return sum(sum_columns<4, 3>);
  sum(sum_columns<0, 0>);
}

// The region's pixels, averaged over factor x factor boxes, factor > 1; outside of the frame its edge is
// repeated.
void shrink(ImageView frame, const Region& r, int factor, std::vector<Rgbx>* out) {
  out->resize(static_cast<std::size_t>(r.width) * r.height);
  const Channels ch(frame.format);
  const float weight = 1.0f / static_cast<float>(factor * factor);
  // Byte offsets of the columns, clamped once.
  thread_local std::vector<int> columns;
  columns.resize(static_cast<std::size_t>(r.width) * factor);
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i] = std::clamp(r.x0 + static_cast<int>(i), 0, frame.width - 1) * ch.count;
  // Boxes first_inside .. end_inside - 1 of a row lie between the frame's left and right edge.
  const int first_inside = std::clamp((std::max(0, -r.x0) + factor - 1) / factor, 0, r.width),
            end_inside = std::clamp((frame.width - r.x0) / factor, first_inside, r.width);
  for (int y = 0; y < r.height; ++y) {
    Rgbx* to = out->data() + static_cast<std::size_t>(y) * r.width;
    const bool rows_inside = r.y0 + y * factor >= 0 && r.y0 + (y + 1) * factor <= frame.height;
    const int first = rows_inside ? first_inside : 0, end = rows_inside ? end_inside : 0;
    if (end > first) shrink_inside(frame, r, y, first, end, factor, ch, weight, to);
    const auto at_edge = [&](int x) {
      int red = 0, green = 0, blue = 0;
      for (int v = 0; v < factor; ++v) {
        const std::uint8_t* row = frame.row(std::clamp(r.y0 + y * factor + v, 0, frame.height - 1));
        for (int u = x * factor; u < (x + 1) * factor; ++u) {
          const std::uint8_t* p = row + columns[u];
          red += p[ch.red], green += p[ch.green], blue += p[ch.blue];
        }
      }
      to[x] = Rgbx{static_cast<float>(red), static_cast<float>(green), static_cast<float>(blue), 0} * weight;
    };
    for (int x = 0; x < first; ++x) at_edge(x);
    for (int x = end; x < r.width; ++x) at_edge(x);
  }
}

// The same without the detour over floats, for looks that do not shrink: m leads to the region's pixels.
MIEN_SIMD_CLONES
void sample_bytes(ImageView frame, const Region& r, const Affine& m, PlanarRgb* out) {
  const Channels ch(frame.format);
  thread_local std::vector<int> columns;  // byte offsets, clamped once
  columns.resize(static_cast<std::size_t>(r.width));
  for (int i = 0; i < r.width; ++i) columns[i] = std::clamp(r.x0 + i, 0, frame.width - 1) * ch.count;
  const float max_x = static_cast<float>(r.width - 1), max_y = static_cast<float>(r.height - 1);
  const int last_x = std::max(0, r.width - 2), last_y = std::max(0, r.height - 2);
  const int right = r.width > 1 ? 1 : 0, below = r.height > 1 ? 1 : 0;
  const int offset[3] = {ch.red, ch.green, ch.blue};
  float* to[3] = {out->channel(0), out->channel(1), out->channel(2)};
  for (int y = 0; y < out->height; ++y) {
    for (int x = 0; x < out->width; ++x) {
      const Point2f p = m({static_cast<float>(x), static_cast<float>(y)});
      const float px = std::clamp(p.x, 0.0f, max_x), py = std::clamp(p.y, 0.0f, max_y);
      const int ix = std::min(static_cast<int>(px), last_x), iy = std::min(static_cast<int>(py), last_y);
      const float fx = px - static_cast<float>(ix), fy = py - static_cast<float>(iy);
      const std::uint8_t *upper = frame.row(std::clamp(r.y0 + iy, 0, frame.height - 1)),
                         *lower = frame.row(std::clamp(r.y0 + iy + below, 0, frame.height - 1));
      const int left = columns[ix], next = columns[ix + right];
      for (int c = 0; c < 3; ++c) {
        const float a = upper[left + offset[c]], b = upper[next + offset[c]], d = lower[left + offset[c]],
                    e = lower[next + offset[c]];
        const float above = a + fx * (b - a), under = d + fx * (e - d);
        *to[c]++ = above + fy * (under - above);
      }
    }
  }
}

// Where the pixels of a row come from: byte offsets of two neighbours, and the second one's share.
struct Column {
  int left, next;
  float share;
};

void find_columns(ImageView frame, const Region& r, const Affine& m, int width, std::vector<Column>* out) {
  const int count = channel_count(frame.format), last = std::max(0, r.width - 2), right = r.width > 1 ? 1 : 0;
  const auto byte = [&](int i) { return std::clamp(r.x0 + i, 0, frame.width - 1) * count; };
  out->resize(static_cast<std::size_t>(width));
  for (int x = 0; x < width; ++x) {
    const float px = std::clamp(m({static_cast<float>(x), 0}).x, 0.0f, static_cast<float>(r.width - 1));
    const int ix = std::min(static_cast<int>(px), last);
    (*out)[x] = {byte(ix), byte(ix + right), px - static_cast<float>(ix)};
  }
}

MIEN_SIMD_CLONES
void mix_bytes(const std::uint8_t* __restrict upper, const std::uint8_t* __restrict lower, float share,
               int count, float* __restrict out) {
  for (int i = 0; i < count; ++i) {
    const auto a = static_cast<float>(upper[i]), b = static_cast<float>(lower[i]);
    out[i] = a + share * (b - a);
  }
}

// The same for looks that are not turned: two rows become one as a whole, then pixels are taken from it.
void sample_bytes_along_axes(ImageView frame, const Region& r, const Affine& m, PlanarRgb* out) {
  thread_local std::vector<Column> columns;
  thread_local std::vector<float> line;
  find_columns(frame, r, m, out->width, &columns);
  if (columns.empty()) return;
  const Channels ch(frame.format);
  const auto [low, high] = std::minmax(columns.front().left, columns.back().left);
  const int first = low, bytes = high + 2 * ch.count - first;  // up to the right neighbour, or the row's end
  const int used = std::min(bytes, frame.width * ch.count - first);
  line.resize(static_cast<std::size_t>(used));
  const int last = std::max(0, r.height - 2), below = r.height > 1 ? 1 : 0;
  float *red = out->channel(0), *green = out->channel(1), *blue = out->channel(2);
  for (int y = 0; y < out->height; ++y) {
    const float py = std::clamp(m({0, static_cast<float>(y)}).y, 0.0f, static_cast<float>(r.height - 1));
    const int iy = std::min(static_cast<int>(py), last);
    const auto row = [&](int v) { return frame.row(std::clamp(r.y0 + v, 0, frame.height - 1)) + first; };
    mix_bytes(row(iy), row(iy + below), py - static_cast<float>(iy), used, line.data());
    for (const Column& column : columns) {
      const float *a = line.data() + column.left - first, *b = line.data() + column.next - first;
      *red++ = a[ch.red] + column.share * (b[ch.red] - a[ch.red]);
      *green++ = a[ch.green] + column.share * (b[ch.green] - a[ch.green]);
      *blue++ = a[ch.blue] + column.share * (b[ch.blue] - a[ch.blue]);
    }
  }
}

}  // namespace

MIEN_SIMD_CLONES
void sample_affine(ImageView frame, const Affine& out_from_frame, int width, int height, PlanarRgb* out) {
  const Affine frame_from_out = out_from_frame.inverse();
  const int factor = std::clamp(static_cast<int>(frame_from_out.scale()), 1, 256);
  const Region region = cut(needed_region(frame_from_out, width, height, factor), frame, factor);
  if (factor == 1) {
    out->resize(width, height);
    const Affine region_from_frame{1, 0, -static_cast<float>(region.x0),
                                   0, 1, -static_cast<float>(region.y0)};
    const Affine region_from_out = compose(region_from_frame, frame_from_out);
    if (region_from_out.b == 0 && region_from_out.d == 0) {
      sample_bytes_along_axes(frame, region, region_from_out, out);
    } else {
      sample_bytes(frame, region, region_from_out, out);
    }
    return;
  }
  thread_local std::vector<Rgbx> small;  // scratch that keeps its memory
  shrink(frame, region, factor, &small);
  // Pixel (i, j) of `small` has its centre at region.x0 + i * factor + (factor - 1) / 2 in the frame.
  const auto f = static_cast<float>(factor);
  const Affine small_from_frame{1 / f, 0,     (-static_cast<float>(region.x0) - (f - 1) / 2) / f,
                                0,     1 / f, (-static_cast<float>(region.y0) - (f - 1) / 2) / f};
  const Affine m = compose(small_from_frame, frame_from_out);
  out->resize(width, height);
  const float max_x = static_cast<float>(region.width - 1), max_y = static_cast<float>(region.height - 1);
  const int last_x = std::max(0, region.width - 2), last_y = std::max(0, region.height - 2);
  const std::size_t right = region.width > 1 ? 1 : 0, below = region.height > 1 ? region.width : 0;
  float *red = out->channel(0), *green = out->channel(1), *blue = out->channel(2);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, ++red, ++green, ++blue) {
      const Point2f p = m({static_cast<float>(x), static_cast<float>(y)});
      const float px = std::clamp(p.x, 0.0f, max_x), py = std::clamp(p.y, 0.0f, max_y);
      const int ix = std::min(static_cast<int>(px), last_x), iy = std::min(static_cast<int>(py), last_y);
      const float fx = px - static_cast<float>(ix);
      const Rgbx* s = small.data() + static_cast<std::size_t>(iy) * region.width + ix;
      const Rgbx v =
          mix(mix(s[0], s[right], fx), mix(s[below], s[below + right], fx), py - static_cast<float>(iy));
      *red = v[0], *green = v[1], *blue = v[2];
    }
  }
}

}  // namespace mien
