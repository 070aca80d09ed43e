#include "video/clip_frame.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <tuple>

namespace mien {
namespace {

ClipFormat make_format(int width, int height, AVPixelFormat pixels, AVColorRange range = AVCOL_RANGE_MPEG,
                       AVColorSpace matrix = AVCOL_SPC_BT709) {
  ClipFormat format;
  format.width = width, format.height = height, format.pixels = pixels, format.range = range,
  format.matrix = matrix;
  return format;
}

// Smooth planes of middling values, so that all RGB lies inside the cube.
void fill_planes(const ClipFormat& format, ClipFrame* frame) {
  prepare_planes(format, format.width, format.height, frame);
  const AVPixFmtDescriptor* d = av_pix_fmt_desc_get(format.pixels);
  const int depth = d->comp[0].depth;
  for (int plane = 0; plane < 3; ++plane) {
    const int w = plane ? AV_CEIL_RSHIFT(format.width, d->log2_chroma_w) : format.width,
              h = plane ? AV_CEIL_RSHIFT(format.height, d->log2_chroma_h) : format.height;
    for (int y = 0; y < h; ++y) {
      std::uint8_t* row =
          frame->planes->data[plane] + static_cast<std::ptrdiff_t>(y) * frame->planes->linesize[plane];
      for (int x = 0; x < w; ++x) {
        const auto value =
            static_cast<int>(128 + 20 * std::sin(0.1 * x + plane) + 15 * std::cos(0.13 * y - plane))
            << (depth - 8);
        if (depth > 8) {
          reinterpret_cast<std::uint16_t*>(row)[x] = static_cast<std::uint16_t>(value + 1);
        } else {
          row[x] = static_cast<std::uint8_t>(value);
        }
      }
    }
  }
}

std::vector<std::uint8_t> bytes_of(const ClipFrame& frame) {
  const AVFrame* f = frame.planes.get();
  const auto format = static_cast<AVPixelFormat>(f->format);
  std::vector<std::uint8_t> out(
      static_cast<std::size_t>(av_image_get_buffer_size(format, f->width, f->height, 1)));
  av_image_copy_to_buffer(out.data(), static_cast<int>(out.size()), f->data, f->linesize, format, f->width,
                          f->height, 1);
  return out;
}

const AVPixelFormat kFormats[] = {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P,
                                  AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_YUV444P12LE};

TEST(ClipFrame, PlanesKeepEveryBitWhenNothingChanged) {
  for (const AVPixelFormat pixels : kFormats) {
    const ClipFormat format = make_format(65, 43, pixels);
    ClipFrame frame;
    fill_planes(format, &frame);
    RgbReader(format).read(&frame);
    const auto before = bytes_of(frame);
    write_changes(format, Image::copy_of(frame.picture()).view(), &frame);
    EXPECT_EQ(bytes_of(frame), before) << av_get_pix_fmt_name(pixels);
  }
}

TEST(ClipFrame, OnlySamplesOfChangedPixelsChange) {
  const ClipFormat format = make_format(64, 48, AV_PIX_FMT_YUV420P);
  ClipFrame frame;
  fill_planes(format, &frame);
  RgbReader(format).read(&frame);
  const auto before = bytes_of(frame);
  Image changed = Image::copy_of(frame.picture());
  for (int y = 11; y < 20; ++y) {
    for (int x = 21; x < 40; ++x) changed.mutable_view().row(y)[3 * x] = 255;
  }
  write_changes(format, changed.view(), &frame);
  const auto after = bytes_of(frame);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool luma = i < 64 * 48;
    const std::size_t width = luma ? 64 : 32, at = luma ? i : (i - 64 * 48) % (32 * 24),
                      factor = luma ? 1 : 2;
    const std::size_t x0 = at % width * factor, y0 = at / width * factor;
    const bool inside = x0 + factor > 21 && x0 < 40 && y0 + factor > 11 && y0 < 20;
    if (!inside) {
      EXPECT_EQ(after[i], before[i]) << i;
    }
    if (inside && luma) {
      EXPECT_GT(after[i], before[i]);
    }
  }
}

TEST(ClipFrame, ChangedPixelsComeBackAsTheyWerePainted) {
  for (const AVPixelFormat pixels : kFormats) {
    for (const AVColorRange range : {AVCOL_RANGE_MPEG, AVCOL_RANGE_JPEG}) {
      for (const AVColorSpace matrix : {AVCOL_SPC_BT709, AVCOL_SPC_SMPTE170M, AVCOL_SPC_BT2020_NCL}) {
        const ClipFormat format = make_format(66, 44, pixels, range, matrix);
        ClipFrame frame;
        fill_planes(format, &frame);
        RgbReader(format).read(&frame);
        Image painted = Image::copy_of(frame.picture());
        for (int y = 8; y < 32; ++y) {
          for (int x = 10; x < 50; ++x) {
            std::uint8_t* p = painted.mutable_view().row(y) + 3 * x;
            p[0] = 200, p[1] = 90, p[2] = 40;
          }
        }
        write_changes(format, painted.view(), &frame);
        RgbReader(format).read(&frame);
        for (int y = 10; y < 30; ++y) {
          for (int x = 12; x < 48; ++x) {
            const std::uint8_t* p = frame.picture().row(y) + 3 * x;
            ASSERT_NEAR(p[0], 200, 4)
                << av_get_pix_fmt_name(pixels) << " range " << range << " matrix " << matrix;
            ASSERT_NEAR(p[1], 90, 4);
            ASSERT_NEAR(p[2], 40, 4);
          }
        }
      }
    }
  }
}

// The plain twin: each cell by itself, of 8 bits, BT.709, limited range.
TEST(ClipFrame, ChangesAgreeWithThePlainTwinOnOddSizes) {
  for (const auto& [pixels, log2_w, log2_h] : {std::tuple{AV_PIX_FMT_YUV420P, 1, 1},
                                               {AV_PIX_FMT_YUV422P, 1, 0},
                                               {AV_PIX_FMT_YUV444P, 0, 0},
                                               {AV_PIX_FMT_YUV410P, 2, 2}}) {
    const ClipFormat format = make_format(67, 45, pixels, AVCOL_RANGE_MPEG, AVCOL_SPC_BT709);
    ClipFrame frame;
    fill_planes(format, &frame);
    RgbReader(format).read(&frame);
    ClipFrame before;
    fill_planes(format, &before);
    const Image was = Image::copy_of(frame.picture());
    Image changed = was.clone();
    for (int y = 5; y < 45; ++y) {
      for (int x = 9; x < 67; ++x) {
        for (int c = 0; c < 3; ++c)
          changed.mutable_view().row(y)[3 * x + c] = static_cast<std::uint8_t>(x * 7 + y * 13 + c * 50);
      }
    }
    write_changes(format, changed.view(), &frame);
    const auto difference = [&](int x, int y, int c) {
      return double{} + changed.view().row(y)[3 * x + c] - was.view().row(y)[3 * x + c];
    };
    const double red = 0.2126, blue = 0.0722, weights[3] = {red, 1 - red - blue, blue};
    for (int y = 0; y < 45; ++y) {
      for (int x = 0; x < 67; ++x) {
        double step = 0;
        for (int c = 0; c < 3; ++c) step += weights[c] * 219 / 255 * difference(x, y, c);
        const auto at = [&](const ClipFrame& f) { return f.planes->data[0][y * f.planes->linesize[0] + x]; };
        ASSERT_NEAR(at(frame), std::clamp(at(before) + step, 0.0, 255.0), 0.51) << x << ", " << y;
      }
    }
    for (int y = 0; y << log2_h < 45; ++y) {
      for (int x = 0; x << log2_w < 67; ++x) {
        double u = 0, count = 0;
        for (int v = y << log2_h; v < std::min(45, (y + 1) << log2_h); ++v) {
          for (int k = x << log2_w; k < std::min(67, (x + 1) << log2_w); ++k, ++count) {
            for (int c = 0; c < 3; ++c)
              u += 224.0 / 255 * ((c == 2) - weights[c]) / (2 * (1 - blue)) * difference(k, v, c);
          }
        }
        const auto at = [&](const ClipFrame& f) { return f.planes->data[1][y * f.planes->linesize[1] + x]; };
        ASSERT_NEAR(at(frame), std::clamp(at(before) + u / count, 0.0, 255.0), 0.51) << x << ", " << y;
      }
    }
  }
}

TEST(ClipFrame, KnownPlacesOfChangesGiveTheSamePlanes) {
  for (const AVPixelFormat pixels : kFormats) {
    const ClipFormat format = make_format(67, 45, pixels, AVCOL_RANGE_MPEG, AVCOL_SPC_BT709);
    ClipFrame all, known;
    for (ClipFrame* frame : {&all, &known}) fill_planes(format, frame), RgbReader(format).read(frame);
    Image changed = Image::copy_of(all.picture());
    // Two that overlap, share cells, and reach beyond the picture, and nothing.
    const std::vector<PixelRect> places = {{5, 7, 30, 22}, {29, 9, 41, 31}, {60, 40, 90, 50}, {3, 3, 3, 9}};
    for (const PixelRect& r : places)
      for (int y = r.y0; y < std::min(r.y1, 45); ++y)
        for (int x = r.x0; x < std::min(r.x1, 67); ++x)
          changed.mutable_view().row(y)[3 * x + 1] = static_cast<std::uint8_t>(7 * x + y);
    write_changes(format, changed.view(), &all);
    write_changes(format, changed.view(), places, &known);
    EXPECT_EQ(bytes_of(all), bytes_of(known)) << av_get_pix_fmt_name(pixels);
  }
}

TEST(ClipFrame, ATurnedClipIsShownUprightAndChangedWhereItIsStored) {
  for (const int turn : {90, 180, 270}) {
    ClipFormat format = make_format(64, 48, AV_PIX_FMT_YUV444P);
    format.turn_deg = turn;
    ClipFrame frame;
    fill_planes(format, &frame);
    RgbReader(format).read(&frame);
    EXPECT_EQ(frame.picture().width, turn == 180 ? 64 : 48);
    // The stored upper left corner is shown at the upper right one when the clip is turned clockwise by 90
    // degrees.
    Image changed = Image::copy_of(frame.picture());
    const int x = turn == 270 ? 0 : changed.width() - 1, y = turn == 90 ? 0 : changed.height() - 1;
    for (int c = 0; c < 3; ++c) changed.mutable_view().row(y)[3 * x + c] = 255;
    const auto before = bytes_of(frame);
    write_changes(format, changed.view(), &frame);
    const auto after = bytes_of(frame);
    EXPECT_GT(after[0], before[0]) << turn;
    EXPECT_EQ(std::memcmp(after.data() + 1, before.data() + 1, 64 * 48 - 1), 0) << turn;
  }
}

TEST(ClipFrame, UntaggedClipsAreReadAsPlayersDo) {
  EXPECT_EQ(
      effective_matrix(make_format(720, 576, AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, AVCOL_SPC_UNSPECIFIED)),
      AVCOL_SPC_SMPTE170M);
  EXPECT_EQ(
      effective_matrix(make_format(1280, 720, AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, AVCOL_SPC_UNSPECIFIED)),
      AVCOL_SPC_BT709);
}

TEST(ClipFrame, WorksOnPlanarYuvAlone) {
  for (const AVPixelFormat pixels : kFormats) EXPECT_TRUE(can_work_on(pixels));
  for (const AVPixelFormat pixels :
       {AV_PIX_FMT_NV12, AV_PIX_FMT_RGB24, AV_PIX_FMT_YUVA420P, AV_PIX_FMT_GRAY8, AV_PIX_FMT_YUV420P10BE,
        AV_PIX_FMT_P010LE, AV_PIX_FMT_GBRP, AV_PIX_FMT_YUYV422}) {
    EXPECT_FALSE(can_work_on(pixels)) << av_get_pix_fmt_name(pixels);
  }
}

}  // namespace
}  // namespace mien
