#include "video/clip_frame.h"

#include <algorithm>
#include <cmath>
#include <cstring>

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

float dot(const float* steps, const int* difference) {
  return steps[0] * static_cast<float>(difference[0]) + steps[1] * static_cast<float>(difference[1]) +
         steps[2] * static_cast<float>(difference[2]);
}

template <class Sample>
void add(Sample* sample, float step, int largest) {
  const float value =
      std::min(std::max(static_cast<float>(*sample) + step, 0.0f), static_cast<float>(largest));
  *sample = static_cast<Sample>(static_cast<int>(value + 0.5f));
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

// One row of chroma cells, pixels y0 up to y1.
template <class Sample>
void write_cell_row(const Cells& cells, const Steps& steps, ImageView before, ImageView after, int cell_y,
                    AVFrame* planes) {
  const int y0 = cell_y << cells.log2_height, y1 = std::min(y0 + (1 << cells.log2_height), before.height);
  int first = before.width, last = -1;
  for (int y = y0; y < y1; ++y) {
    const Span bytes = changed_bytes(before.row(y), after.row(y), 3 * before.width);
    if (bytes.first <= bytes.last)
      first = std::min(first, bytes.first / 3), last = std::max(last, bytes.last / 3);
  }
  auto* u_row =
      reinterpret_cast<Sample*>(planes->data[1] + static_cast<std::ptrdiff_t>(cell_y) * planes->linesize[1]);
  auto* v_row =
      reinterpret_cast<Sample*>(planes->data[2] + static_cast<std::ptrdiff_t>(cell_y) * planes->linesize[2]);
  for (int cell_x = first >> cells.log2_width; cell_x <= last >> cells.log2_width && last >= 0; ++cell_x) {
    int sum[3] = {0, 0, 0}, count = 0;
    const int x0 = cell_x << cells.log2_width, x1 = std::min(x0 + (1 << cells.log2_width), before.width);
    for (int y = y0; y < y1; ++y) {
      auto* luma =
          reinterpret_cast<Sample*>(planes->data[0] + static_cast<std::ptrdiff_t>(y) * planes->linesize[0]);
      for (int x = x0; x < x1; ++x, ++count) {
        const std::uint8_t *a = before.row(y) + 3 * x, *b = after.row(y) + 3 * x;
        const int difference[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
        if ((difference[0] | difference[1] | difference[2]) == 0) continue;
        add(luma + x, dot(steps.y, difference), cells.largest);
        for (int c = 0; c < 3; ++c) sum[c] += difference[c];
      }
    }
    add(u_row + cell_x, dot(steps.u, sum) / static_cast<float>(count), cells.largest);
    add(v_row + cell_x, dot(steps.v, sum) / static_cast<float>(count), cells.largest);
  }
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
  Image turned_back;
  if (frame->turn_deg != 0) {
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
      write_cell_row<std::uint16_t>(cells, steps, before, changed, cell_y, frame->planes.get());
    } else {
      write_cell_row<std::uint8_t>(cells, steps, before, changed, cell_y, frame->planes.get());
    }
  }
}

}  // namespace mien
