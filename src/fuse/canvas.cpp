#include "fuse/canvas.h"

#include <algorithm>
#include <cmath>

#include "core/simd_clones.h"
#include "face/crop.h"
#include "fuse/sampler.h"
#include "fuse/texture.h"

namespace mien {
namespace {

constexpr float kMarginShare = 0.06f;  // around the mesh, in face widths: nothing is painted beyond it
constexpr float kWorkingWidthPx = 64;  // faces narrower than this are enlarged; enlarging costs sharpness
constexpr int kLargestEnlargement = 4;

float scale_for(float face_width, int largest_face_px) {
  const float most = SourceTexture::kLargestFacePx,
              largest = largest_face_px > 0 ? std::min(static_cast<float>(largest_face_px), most) : most;
  if (face_width > largest) return largest / face_width;
  const float wanted = kWorkingWidthPx / std::max(face_width, 1.0f);
  return static_cast<float>(std::clamp(static_cast<int>(std::ceil(wanted)), 1, kLargestEnlargement));
}

// The three colours of a row of packed pixels, which most frames have.
MIEN_SIMD_CLONES
void split_row(const std::uint8_t* row, int width, float* __restrict first, float* __restrict second,
               float* __restrict third) {
  for (int x = 0; x < width; ++x) {
    first[x] = static_cast<float>(row[3 * x]);
    second[x] = static_cast<float>(row[3 * x + 1]);
    third[x] = static_cast<float>(row[3 * x + 2]);
  }
}

void copy_pixels(ImageView frame, const CanvasFrame& where, PlanarRgb* out) {
  const int n = channel_count(frame.format), red = red_offset(frame.format);
  const int offset[3] = {n == 1 ? 0 : red, n == 1 ? 0 : 1, n == 1 ? 0 : 2 - red};
  for (int y = 0; y < where.height; ++y) {
    const std::uint8_t* row = frame.row(where.y0 + y) + where.x0 * n;
    if (n == 3) {
      const std::size_t first = static_cast<std::size_t>(y) * where.width;
      split_row(row, where.width, out->channel(red) + first, out->channel(1) + first,
                out->channel(2 - red) + first);
      continue;
    }
    for (int c = 0; c < 3; ++c) {
      float* to = out->channel(c) + static_cast<std::size_t>(y) * where.width;
      for (int x = 0; x < where.width; ++x) to[x] = row[x * n + offset[c]];
    }
  }
}

void enlarge_pixels(ImageView frame, const CanvasFrame& where, PlanarRgb* out) {
  // The sampler wants RGBA: copy the part that is needed, with a margin for the kernel.
  const int margin = 3, channels = channel_count(frame.format), red = red_offset(frame.format);
  Image part(where.frame_width + 2 * margin, where.frame_height + 2 * margin, PixelFormat::kRgba8);
  for (int y = 0; y < part.height(); ++y) {
    const std::uint8_t* row = frame.row(std::clamp(where.y0 - margin + y, 0, frame.height - 1));
    std::uint8_t* to = part.mutable_view().row(y);
    for (int x = 0; x < part.width(); ++x, to += 4) {
      const std::uint8_t* p = row + channels * std::clamp(where.x0 - margin + x, 0, frame.width - 1);
      to[0] = p[channels == 1 ? 0 : red], to[1] = p[channels == 1 ? 0 : 1],
      to[2] = p[channels == 1 ? 0 : 2 - red], to[3] = 255;
    }
  }
  thread_local Plane map_x, map_y;
  map_x.resize(where.width, where.height), map_y.resize(where.width, where.height);
  const Affine frame_from_canvas = where.canvas_from_frame().inverse();
  for (int y = 0; y < where.height; ++y) {
    for (int x = 0; x < where.width; ++x) {
      const Point2f p = frame_from_canvas({static_cast<float>(x), static_cast<float>(y)});
      map_x.row(y)[x] = p.x - static_cast<float>(where.x0 - margin);
      map_y.row(y)[x] = p.y - static_cast<float>(where.y0 - margin);
    }
  }
  sample_bicubic(part.view(), {map_x, map_y}, 0, where.height, out);
}

// What one frame pixel gets: its pixels' share of the canvas, averaged, or interpolated when the canvas is
// coarser.
struct Mix {
  float alpha = 0, r = 0, g = 0, b = 0;  // colours times alpha
};

void add_pixel(const PlanarRgb& pixels, const Plane& alpha, int x, int y, float weight, Mix* mix) {
  const std::size_t i = static_cast<std::size_t>(y) * alpha.width + x;
  const float a = alpha.values[i] * weight;
  mix->alpha += a;
  mix->r += a * pixels.channel(0)[i];
  mix->g += a * pixels.channel(1)[i];
  mix->b += a * pixels.channel(2)[i];
}

Mix average(const PlanarRgb& pixels, const Plane& alpha, int factor, int fx, int fy) {
  Mix mix;
  const float weight = 1.0f / static_cast<float>(factor * factor);
  for (int v = 0; v < factor; ++v) {
    for (int u = 0; u < factor; ++u) add_pixel(pixels, alpha, fx * factor + u, fy * factor + v, weight, &mix);
  }
  return mix;
}

Mix interpolate(const PlanarRgb& pixels, const Plane& alpha, Point2f p) {
  const float px = std::clamp(p.x, 0.0f, static_cast<float>(alpha.width - 1)),
              py = std::clamp(p.y, 0.0f, static_cast<float>(alpha.height - 1));
  const int x0 = static_cast<int>(px), y0 = static_cast<int>(py), x1 = std::min(x0 + 1, alpha.width - 1),
            y1 = std::min(y0 + 1, alpha.height - 1);
  const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
  Mix mix;
  add_pixel(pixels, alpha, x0, y0, (1 - fx) * (1 - fy), &mix);
  add_pixel(pixels, alpha, x1, y0, fx * (1 - fy), &mix);
  add_pixel(pixels, alpha, x0, y1, (1 - fx) * fy, &mix);
  add_pixel(pixels, alpha, x1, y1, fx * fy, &mix);
  return mix;
}

MIEN_INLINE std::uint8_t blend(float colour_times_alpha, float alpha, std::uint8_t below) {
  return static_cast<std::uint8_t>(
      std::clamp(colour_times_alpha + (1 - alpha) * static_cast<float>(below) + 0.5f, 0.0f, 255.0f));
}

constexpr int kBlock = 64;  // pixels blended together

// n <= kBlock pixels of the canvas.
struct Paint {
  const float *r, *g, *b, *alpha;
};

// Which of them are to be painted: there is something to paint, and it is a colour. -> whether any is.
MIEN_SIMD_CLONES
bool find_painted(const Paint& from, int n, std::uint8_t* __restrict paint) {
  int any = 0;
  for (int i = 0; i < n; ++i) {
    const float sum = from.alpha[i] * (from.r[i] + from.g[i] + from.b[i]);
    const int yes = (from.alpha[i] > 0) & (sum - sum == 0);
    paint[i] = static_cast<std::uint8_t>(yes), any |= yes;
  }
  return any != 0;
}

MIEN_INLINE void mix_bytes(const float* colour, const float* alpha, const std::uint8_t* paint, int n,
                           std::uint8_t* __restrict bytes) {
  for (int i = 0; i < n; ++i) {
    const float value = alpha[i] * colour[i] + (1 - alpha[i]) * static_cast<float>(bytes[i]) + 0.5f;
    const auto rounded =
        static_cast<std::uint8_t>(static_cast<std::int32_t>(std::min(std::max(value, 0.0f), 255.0f)));
    bytes[i] = paint[i] ? rounded : bytes[i];
  }
}

// Laid over the frame's pixels, which are `step` >= 3 bytes large; `first` and `third`: of their colours.
// All three are taken apart and put together again at once: one by one that takes longer than the arithmetic.
template <int step>
MIEN_INLINE void lay_over(const Paint& from, const float* first, const float* third,
                          const std::uint8_t* paint, int n, std::uint8_t* frame) {
  std::uint8_t below[3][kBlock];
  for (int i = 0; i < n; ++i)
    below[0][i] = frame[i * step], below[1][i] = frame[i * step + 1], below[2][i] = frame[i * step + 2];
  mix_bytes(first, from.alpha, paint, n, below[0]);
  mix_bytes(from.g, from.alpha, paint, n, below[1]);
  mix_bytes(third, from.alpha, paint, n, below[2]);
  for (int i = 0; i < n; ++i)
    frame[i * step] = below[0][i], frame[i * step + 1] = below[1][i], frame[i * step + 2] = below[2][i];
}

MIEN_SIMD_CLONES
void lay_over_packed(const Paint& from, bool red_first, int step, const std::uint8_t* paint, int n,
                     std::uint8_t* frame) {
  const float *first = red_first ? from.r : from.b, *third = red_first ? from.b : from.r;
  if (step == 3) return lay_over<3>(from, first, third, paint, n, frame);
  lay_over<4>(from, first, third, paint, n, frame);
}

// A canvas of the frame's own size, which most are: one pixel of it is one of the frame.
void paste_same_size(const PlanarRgb& pixels, const Plane& alpha, const CanvasFrame& where,
                     MutableImageView frame) {
  const int n = channel_count(frame.format);
  const bool red_first = red_offset(frame.format) == 0;
  std::uint8_t paint[kBlock];
  for (int y = 0; y < where.frame_height; ++y) {
    for (int x = 0; x < where.frame_width; x += kBlock) {
      const int count = std::min(kBlock, where.frame_width - x);
      const std::size_t first = static_cast<std::size_t>(y) * alpha.width + x;
      const Paint from{pixels.channel(0) + first, pixels.channel(1) + first, pixels.channel(2) + first,
                       alpha.values.data() + first};
      if (!find_painted(from, count, paint)) continue;
      std::uint8_t* to = frame.row(where.y0 + y) + static_cast<std::ptrdiff_t>(where.x0 + x) * n;
      lay_over_packed(from, red_first, n, paint, count, to);
    }
  }
}

}  // namespace

Affine CanvasFrame::canvas_from_frame() const {
  const auto shift = [this](int origin) { return (0.5f - static_cast<float>(origin)) * scale - 0.5f; };
  return {scale, 0, shift(x0), 0, scale, shift(y0)};
}

CanvasFrame canvas_around(const Mesh& mesh, int frame_width, int frame_height, int largest_face_px) {
  if (!is_usable(mesh)) return {};
  float low_x = mesh[0].x, high_x = low_x, low_y = mesh[0].y, high_y = low_y;
  for (int i = 0; i < kSurfacePoints; ++i) {
    low_x = std::min(low_x, mesh[i].x), high_x = std::max(high_x, mesh[i].x);
    low_y = std::min(low_y, mesh[i].y), high_y = std::max(high_y, mesh[i].y);
  }
  const float face = std::max(face_width_px(mesh), 0.5f * (high_y - low_y)), margin = kMarginShare * face + 2;
  const auto pixel = [](float v, int size) {
    return static_cast<int>(std::clamp(v, 0.0f, static_cast<float>(size)));
  };
  CanvasFrame out;
  out.x0 = pixel(low_x - margin, frame_width), out.y0 = pixel(low_y - margin, frame_height);
  out.frame_width = pixel(high_x + margin + 1, frame_width) - out.x0;
  out.frame_height = pixel(high_y + margin + 1, frame_height) - out.y0;
  out.scale = scale_for(face, largest_face_px);
  out.width = static_cast<int>(std::ceil(static_cast<float>(out.frame_width) * out.scale));
  out.height = static_cast<int>(std::ceil(static_cast<float>(out.frame_height) * out.scale));
  return out;
}

void read_canvas(ImageView frame, const CanvasFrame& where, PlanarRgb* out) {
  if (where.scale == 1) {
    out->resize(where.width, where.height);
    copy_pixels(frame, where, out);
  } else if (where.scale > 1) {
    out->resize(where.width, where.height);
    enlarge_pixels(frame, where, out);
  } else {
    sample_affine(frame, where.canvas_from_frame(), where.width, where.height, out);
  }
}

void paste_canvas(const PlanarRgb& pixels, const Plane& alpha, const CanvasFrame& where,
                  MutableImageView frame) {
  const int n = channel_count(frame.format), red = red_offset(frame.format);
  if (where.scale == 1 && n > 1) return paste_same_size(pixels, alpha, where, frame);
  const Affine canvas_from_frame = where.canvas_from_frame();
  const int factor = static_cast<int>(where.scale);
  for (int fy = 0; fy < where.frame_height; ++fy) {
    std::uint8_t* row = frame.row(where.y0 + fy) + where.x0 * n;
    for (int fx = 0; fx < where.frame_width; ++fx) {
      const Point2f at{static_cast<float>(where.x0 + fx), static_cast<float>(where.y0 + fy)};
      const Mix mix = where.scale >= 1 ? average(pixels, alpha, factor, fx, fy)
                                       : interpolate(pixels, alpha, canvas_from_frame(at));
      // Nothing to paint, or nothing that is a colour: the frame stays as it is.
      if (!(mix.alpha > 0) || !std::isfinite(mix.r + mix.g + mix.b)) continue;
      std::uint8_t* p = row + fx * n;
      if (n == 1) {
        p[0] = blend(0.2126f * mix.r + 0.7152f * mix.g + 0.0722f * mix.b, mix.alpha, p[0]);
        continue;
      }
      p[red] = blend(mix.r, mix.alpha, p[red]);
      p[1] = blend(mix.g, mix.alpha, p[1]);
      p[2 - red] = blend(mix.b, mix.alpha, p[2 - red]);
    }
  }
}

}  // namespace mien
