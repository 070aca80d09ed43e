#include "video/clip_frame.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/simd_clones.h"
#include "media/orientation.h"

namespace mien {
namespace {

constexpr int kHdLines = 577;  // from here on untagged clips are taken as BT.709

// EXIF's number for "turn clockwise by this to be upright".
int orientation_for(int turn_deg) {
  return turn_deg == 90 ? 6 : turn_deg == 180 ? 3 : turn_deg == 270 ? 8 : 1;
}

// How a step of one level in R, G, B moves Y, U, V, in the planes' own steps.
struct Steps {
  float y[3], u[3], v[3];
};

Steps steps_for(const ClipFormat& format, int depth) {
  const auto [red, blue] = luma_weights(effective_matrix(format));
  const double green = 1 - red - blue;
  const double full = (std::ldexp(1.0, depth) - 1) / 255, limited = std::ldexp(1.0, depth - 8);
  const double luma = format.full_range() ? full : limited * 219 / 255,
               chroma = format.full_range() ? full : limited * 224 / 255;
  const double weights[3] = {red, green, blue};
  Steps out{};
  for (int c = 0; c < 3; ++c) {
    out.y[c] = static_cast<float>(luma * weights[c]);
    out.u[c] = static_cast<float>(chroma * ((c == 2) - weights[c]) / (2 * (1 - blue)));
    out.v[c] = static_cast<float>(chroma * ((c == 0) - weights[c]) / (2 * (1 - red)));
  }
  return out;
}

// By how much the colours of a row of cells change: rows of `width` pixels, row after row.
struct Differences {
  int width = 0;
  std::vector<std::int16_t> red, green, blue;
  void resize(int pixels, int rows) {
    width = pixels;
    const auto size = static_cast<std::size_t>(pixels) * static_cast<std::size_t>(rows);
    red.resize(size), green.resize(size), blue.resize(size);
  }
};

MIEN_SIMD_CLONES
void subtract_row(const std::uint8_t* __restrict before, const std::uint8_t* __restrict after, int n,
                  std::int16_t* __restrict red, std::int16_t* __restrict green,
                  std::int16_t* __restrict blue) {
  for (int x = 0; x < n; ++x) {
    red[x] = static_cast<std::int16_t>(after[3 * x] - before[3 * x]);
    green[x] = static_cast<std::int16_t>(after[3 * x + 1] - before[3 * x + 1]);
    blue[x] = static_cast<std::int16_t>(after[3 * x + 2] - before[3 * x + 2]);
  }
}

template <class Sample>
MIEN_INLINE Sample moved(Sample sample, float step, float largest) {
  const float value = std::min(std::max(static_cast<float>(sample) + step, 0.0f), largest);
  return static_cast<Sample>(static_cast<std::int32_t>(value + 0.5f));
}

// n samples; a difference of nothing leaves every bit.
template <class Sample>
MIEN_INLINE void move_samples(const std::int16_t* __restrict red, const std::int16_t* __restrict green,
                              const std::int16_t* __restrict blue, int n, const float* steps, float largest,
                              Sample* __restrict luma) {
  for (int x = 0; x < n; ++x) {
    const float step = steps[0] * static_cast<float>(red[x]) + steps[1] * static_cast<float>(green[x]) +
                       steps[2] * static_cast<float>(blue[x]);
    luma[x] = moved(luma[x], step, largest);
  }
}

MIEN_SIMD_CLONES
void move_luma(const std::int16_t* red, const std::int16_t* green, const std::int16_t* blue, int n,
               const float* steps, float largest, std::uint8_t* luma) {
  move_samples(red, green, blue, n, steps, largest, luma);
}

MIEN_SIMD_CLONES
void move_luma(const std::int16_t* red, const std::int16_t* green, const std::int16_t* blue, int n,
               const float* steps, float largest, std::uint16_t* luma) {
  move_samples(red, green, blue, n, steps, largest, luma);
}

// The first and last differing byte of two rows; first > last: none.
struct Span {
  int first = 1, last = 0;
};

Span changed_bytes(const std::uint8_t* a, const std::uint8_t* b, int count) {
  constexpr int kStep = 32;  // compared at once, then one by one
  const auto same = [&](int at, int n) {
    return std::memcmp(a + at, b + at, static_cast<std::size_t>(n)) == 0;
  };
  if (same(0, count)) return {};  // most rows
  Span span{0, count - 1};
  while (span.first + kStep <= count && same(span.first, kStep)) span.first += kStep;
  while (span.first < count && a[span.first] == b[span.first]) ++span.first;
  if (span.first == count) return {};
  while (span.last - kStep >= span.first && same(span.last - kStep + 1, kStep)) span.last -= kStep;
  while (a[span.last] == b[span.last]) --span.last;
  return span;
}

struct Cells {  // pixels that share one chroma sample: 1 << log2 in each direction
  int log2_width, log2_height, largest;
};

template <class Sample>
Sample* row_of(AVFrame* planes, int plane, int y) {
  return reinterpret_cast<Sample*>(planes->data[plane] +
                                   static_cast<std::ptrdiff_t>(y) * planes->linesize[plane]);
}

// Adds the rows of a difference into its first one.
MIEN_SIMD_CLONES
void add_rows(int width, int rows, std::int16_t* values) {
  for (int y = 1; y < rows; ++y) {
    const std::int16_t* row = values + static_cast<std::ptrdiff_t>(y) * width;
    for (int x = 0; x < width; ++x) values[x] = static_cast<std::int16_t>(values[x] + row[x]);
  }
}

// The mean of a colour's difference over a cell, `wide` pixels of each of `rows` rows that were added up.
MIEN_INLINE float cell_mean(const std::int16_t* sums, int wide, int rows) {
  int sum = sums[0];
  for (int x = 1; x < wide; ++x) sum += sums[x];
  return static_cast<float>(sum) / static_cast<float>(wide * rows);
}

// n samples of a chroma plane; every cell is `wide` pixels wide.
template <class Sample>
MIEN_INLINE void move_cells(const Differences& d, int first, int n, int wide, int rows, const float* steps,
                            float largest, Sample* __restrict chroma) {
  const std::int16_t *red = d.red.data() + first, *green = d.green.data() + first,
                     *blue = d.blue.data() + first;
  for (int k = 0; k < n; ++k) {
    const float r = cell_mean(red + k * wide, wide, rows), g = cell_mean(green + k * wide, wide, rows),
                b = cell_mean(blue + k * wide, wide, rows);
    chroma[k] = moved(chroma[k], steps[0] * r + steps[1] * g + steps[2] * b, largest);
  }
}

// The same for the shapes of cells that most clips have, 2 x 2 and 2 x 1, which the compiler then knows.
MIEN_SIMD_CLONES
void move_pairs(const Differences& d, int n, int rows, const float* steps, float largest,
                std::uint8_t* chroma) {
  if (rows == 2) {
    move_cells(d, 0, n, 2, 2, steps, largest, chroma);
  } else {
    move_cells(d, 0, n, 2, 1, steps, largest, chroma);
  }
}

// A row of cells, `width` pixels; the last cell may be narrower.
template <class Sample>
void move_chroma(const Differences& d, const Cells& cells, int rows, const float* steps, Sample* chroma) {
  const int wide = 1 << cells.log2_width, whole = d.width / wide, rest = d.width - whole * wide;
  const auto largest = static_cast<float>(cells.largest);
  if constexpr (sizeof(Sample) == 1) {
    if (wide == 2 && rows <= 2) {
      move_pairs(d, whole, rows, steps, largest, chroma);
    } else {
      move_cells(d, 0, whole, wide, rows, steps, largest, chroma);
    }
  } else {
    move_cells(d, 0, whole, wide, rows, steps, largest, chroma);
  }
  if (rest > 0) move_cells(d, whole * wide, 1, rest, rows, steps, largest, chroma + whole);
}

// The columns of all places that reach into these rows.
Span columns_of(std::span<const PixelRect> where, int width, int y0, int y1) {
  Span out{width, -1};
  for (const PixelRect& r : where)
    if (!r.empty() && r.y0 < y1 && r.y1 > y0)
      out = {std::min(out.first, std::max(r.x0, 0)), std::max(out.last, std::min(r.x1, width) - 1)};
  return out;
}

// The pixels of a row of cells that change, first .. last, sought among those of `within`; none: last <
// first.
Span changed_pixels(ImageView before, ImageView after, const Span& within, int y0, int y1) {
  Span out{before.width, -1};
  if (within.last < within.first) return out;
  const int first = 3 * within.first, count = 3 * (within.last + 1 - within.first);
  for (int y = y0; y < y1; ++y) {
    const Span bytes = changed_bytes(before.row(y) + first, after.row(y) + first, count);
    if (bytes.first > bytes.last) continue;
    out = {std::min(out.first, within.first + bytes.first / 3),
           std::max(out.last, within.first + bytes.last / 3)};
  }
  return out;
}

// One row of chroma cells, pixels y0 up to y1.
template <class Sample>
void write_cell_row(const Cells& cells, const Steps& steps, ImageView before, ImageView after,
                    std::span<const PixelRect> where, int cell_y, AVFrame* planes) {
  const int y0 = cell_y << cells.log2_height, y1 = std::min(y0 + (1 << cells.log2_height), before.height);
  const Span changed = changed_pixels(before, after, columns_of(where, before.width, y0, y1), y0, y1);
  if (changed.last < changed.first) return;
  const int first_cell = changed.first >> cells.log2_width, last_cell = changed.last >> cells.log2_width;
  const int x0 = first_cell << cells.log2_width,
            width = std::min((last_cell + 1) << cells.log2_width, before.width) - x0;
  const auto largest = static_cast<float>(cells.largest);
  thread_local Differences d;  // scratch that keeps its memory
  d.resize(width, y1 - y0);
  for (int y = y0; y < y1; ++y) {
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(y - y0) * width;
    std::int16_t *red = d.red.data() + at, *green = d.green.data() + at, *blue = d.blue.data() + at;
    subtract_row(before.row(y) + 3 * x0, after.row(y) + 3 * x0, width, red, green, blue);
    move_luma(red, green, blue, width, steps.y, largest, row_of<Sample>(planes, 0, y) + x0);
  }
  for (std::vector<std::int16_t>* values : {&d.red, &d.green, &d.blue})
    add_rows(width, y1 - y0, values->data());
  move_chroma(d, cells, y1 - y0, steps.u, row_of<Sample>(planes, 1, cell_y) + first_cell);
  move_chroma(d, cells, y1 - y0, steps.v, row_of<Sample>(planes, 2, cell_y) + first_cell);
}

int scaler_matrix(AVColorSpace matrix) {
  switch (matrix) {
    case AVCOL_SPC_BT709:
      return SWS_CS_ITU709;
    case AVCOL_SPC_FCC:
      return SWS_CS_FCC;
    case AVCOL_SPC_SMPTE240M:
      return SWS_CS_SMPTE240M;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return SWS_CS_BT2020;
    default:
      return SWS_CS_ITU601;
  }
}

}  // namespace

bool can_work_on(AVPixelFormat format) {
  const AVPixFmtDescriptor* d = av_pix_fmt_desc_get(format);
  if (d == nullptr || d->nb_components != 3 || av_pix_fmt_count_planes(format) != 3) return false;
  constexpr std::uint64_t kOthers = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL |
                                    AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_FLOAT |
                                    AV_PIX_FMT_FLAG_BITSTREAM;
  if (d->flags & kOthers) return false;
  for (const AVComponentDescriptor& c : d->comp) {
    if (&c - d->comp < 3 && (c.shift != 0 || c.offset != 0 || c.step != (c.depth > 8 ? 2 : 1) || c.depth < 8))
      return false;
  }
  return true;
}

AVPixelFormat without_range(AVPixelFormat format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
      return AV_PIX_FMT_YUV440P;
    default:
      return format;
  }
}

AVColorSpace effective_matrix(const ClipFormat& format) {
  if (format.matrix != AVCOL_SPC_UNSPECIFIED && format.matrix != AVCOL_SPC_RESERVED &&
      format.matrix != AVCOL_SPC_RGB)
    return format.matrix;
  return std::min(format.width, format.height) < kHdLines ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709;
}

LumaWeights luma_weights(AVColorSpace matrix) {
  switch (matrix) {
    case AVCOL_SPC_BT709:
      return {0.2126, 0.0722};
    case AVCOL_SPC_FCC:
      return {0.30, 0.11};
    case AVCOL_SPC_SMPTE240M:
      return {0.212, 0.087};
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return {0.2627, 0.0593};
    default:
      return {0.299, 0.114};
  }
}

void prepare_planes(const ClipFormat& format, int padded_width, int padded_height, ClipFrame* frame) {
  AVFrame* planes = frame->planes.get();
  const bool fits =
      planes->format == format.pixels && planes->width == padded_width && planes->height == padded_height;
  if (!fits || av_frame_is_writable(planes) != 1) {
    av_frame_unref(planes);
    planes->format = format.pixels, planes->width = padded_width, planes->height = padded_height;
    if (av_frame_get_buffer(planes, 0) < 0) throw std::bad_alloc();
  }
  planes->color_range = format.range, planes->color_primaries = format.primaries,
  planes->color_trc = format.transfer;
  planes->colorspace = format.matrix, planes->chroma_location = format.chroma_location,
  planes->sample_aspect_ratio = format.sample_aspect;
  frame->width = format.width, frame->height = format.height, frame->turn_deg = format.turn_deg;
}

RgbReader::RgbReader(const ClipFormat& format) : format_(format) {
  const int w = format.width, h = format.height;
  scaler_.reset(not_null(
      sws_getContext(w, h, format.pixels, w, h, AV_PIX_FMT_RGB24, SWS_BILINEAR, nullptr, nullptr, nullptr)));
  const int* table = sws_getCoefficients(scaler_matrix(effective_matrix(format)));
  constexpr int kOne = 1 << 16;
  sws_setColorspaceDetails(scaler_.get(), table, format.full_range(), table, 1, 0, kOne, kOne);
}

void RgbReader::read(ClipFrame* frame) const {
  const std::ptrdiff_t stride = ClipFrame::rgb_stride(frame->width);
  frame->rgb_bytes.resize(static_cast<std::size_t>(stride) * frame->height +
                          64);  // the scaler may write a little beyond a row's end
  std::uint8_t* rows[4] = {frame->rgb_bytes.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {static_cast<int>(stride), 0, 0, 0};
  sws_scale(scaler_.get(), frame->planes->data, frame->planes->linesize, 0, frame->height, rows, strides);
  if (frame->turn_deg != 0)
    frame->upright = turn_upright(Image::copy_of(frame->rgb()), orientation_for(frame->turn_deg));
}

void write_changes(const ClipFormat& format, ImageView changed, ClipFrame* frame) {
  const PixelRect everywhere{0, 0, changed.width, changed.height};
  write_changes(format, changed, {&everywhere, 1}, frame);
}

void write_changes(const ClipFormat& format, ImageView changed, std::span<const PixelRect> where,
                   ClipFrame* frame) {
  Image turned_back;
  const PixelRect everywhere{0, 0, frame->width, frame->height};
  if (frame->turn_deg != 0) {
    where = {&everywhere, 1};  // in the coded picture, which `where` does not speak of
    turned_back = turn_upright(Image::copy_of(changed), orientation_for(360 - frame->turn_deg));
    changed = turned_back.view();
  }
  const AVPixFmtDescriptor* d = av_pix_fmt_desc_get(format.pixels);
  const int depth = d->comp[0].depth;
  const Cells cells{d->log2_chroma_w, d->log2_chroma_h, (1 << depth) - 1};
  const Steps steps = steps_for(format, depth);
  const ImageView before = frame->rgb();
  for (int cell_y = 0; cell_y << cells.log2_height < before.height; ++cell_y) {
    if (depth > 8) {
      write_cell_row<std::uint16_t>(cells, steps, before, changed, where, cell_y, frame->planes.get());
    } else {
      write_cell_row<std::uint8_t>(cells, steps, before, changed, where, cell_y, frame->planes.get());
    }
  }
}

}  // namespace mien
