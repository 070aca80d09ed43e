// Pictures in memory: views that borrow, images that own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mien/status.h"

namespace mien {

// 8 bits per channel, sRGB encoded. Alpha is straight (not premultiplied), carried through and never used for
// fusing.
enum class PixelFormat { kGray8, kRgb8, kBgr8, kRgba8, kBgra8 };

int channel_count(PixelFormat format);
bool has_alpha(PixelFormat format);
// Byte offset of red within a pixel; blue is at 2 - red_offset; grey has all at 0.
int red_offset(PixelFormat format);

// The largest width or height that any function here accepts, in pixels.
inline constexpr int kMaxSide = 65'500;

// Pixels from (x0, y0) up to but not including (x1, y1).
struct PixelRect {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  bool empty() const { return x1 <= x0 || y1 <= y0; }
  int width() const { return x1 - x0; }
  int height() const { return y1 - y0; }
};

// Borrows pixels for the duration of a call. Rows run top to bottom; stride_bytes >= width * channels.
// Pixel (0, 0) has its centre at (0.0, 0.0).
struct ImageView {
  const std::uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride_bytes = 0;
  PixelFormat format = PixelFormat::kRgb8;

  const std::uint8_t* row(int y) const { return data + y * stride_bytes; }
  bool empty() const { return data == nullptr || width <= 0 || height <= 0; }
  // Says what is wrong with the view: no data, a bad size, a stride shorter than a row.
  Done validate() const;
};

struct MutableImageView {
  std::uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride_bytes = 0;
  PixelFormat format = PixelFormat::kRgb8;

  std::uint8_t* row(int y) const { return data + y * stride_bytes; }
  operator ImageView() const {
    return {data, width, height, stride_bytes, format};
  }  // NOLINT(google-explicit-constructor)
};

// Owns its pixels; rows are packed. Moves only; a copy is spelt clone(). resize() keeps the memory when the
// new size fits.
class Image {
 public:
  Image() = default;
  Image(int width, int height, PixelFormat format) { resize(width, height, format); }
  Image(Image&&) noexcept = default;
  Image& operator=(Image&&) noexcept = default;
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  static Image copy_of(ImageView view);
  Image clone() const { return copy_of(view()); }
  void assign(ImageView view);  // becomes a copy of the view, in the memory there is when it fits
  void resize(int width, int height, PixelFormat format);  // contents are undefined afterwards

  int width() const { return width_; }
  int height() const { return height_; }
  PixelFormat format() const { return format_; }
  bool empty() const { return width_ == 0 || height_ == 0; }
  ImageView view() const;
  MutableImageView mutable_view();

 private:
  std::vector<std::uint8_t> pixels_;
  int width_ = 0;
  int height_ = 0;
  PixelFormat format_ = PixelFormat::kRgb8;
};

}  // namespace mien
