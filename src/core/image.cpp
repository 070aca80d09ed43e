#include "mien/image.h"

#include <cstring>

namespace mien {

int channel_count(PixelFormat format) {
  switch (format) {
    case PixelFormat::kGray8:
      return 1;
    case PixelFormat::kRgb8:
    case PixelFormat::kBgr8:
      return 3;
    case PixelFormat::kRgba8:
    case PixelFormat::kBgra8:
      return 4;
  }
  return 0;
}

bool has_alpha(PixelFormat format) { return channel_count(format) == 4; }

int red_offset(PixelFormat format) {
  return format == PixelFormat::kBgr8 || format == PixelFormat::kBgra8 ? 2 : 0;
}

Done ImageView::validate() const {
  const auto size = std::to_string(width) + " x " + std::to_string(height);
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) {
    return Status(Code::kInvalidArgument, "picture is " + size + " pixels; expected 1 to " +
                                              std::to_string(kMaxSide) + " on each side");
  }
  if (data == nullptr) return Status(Code::kInvalidArgument, "picture of " + size + " pixels has no data");
  const std::ptrdiff_t row_bytes = static_cast<std::ptrdiff_t>(width) * channel_count(format);
  if (stride_bytes < row_bytes) {
    return Status(Code::kInvalidArgument, "stride is " + std::to_string(stride_bytes) + " bytes; a row of " +
                                              std::to_string(width) + " pixels needs " +
                                              std::to_string(row_bytes));
  }
  return {};
}

Image Image::copy_of(ImageView view) {
  Image image;
  image.assign(view);
  return image;
}

void Image::assign(ImageView view) {
  resize(view.width, view.height, view.format);
  const auto row_bytes = static_cast<std::size_t>(view.width) * channel_count(view.format);
  MutableImageView out = mutable_view();
  for (int y = 0; y < view.height; ++y) std::memcpy(out.row(y), view.row(y), row_bytes);
}

void Image::resize(int width, int height, PixelFormat format) {
  width_ = width;
  height_ = height;
  format_ = format;
  pixels_.resize(static_cast<std::size_t>(width) * height * channel_count(format));
}

ImageView Image::view() const {
  return {pixels_.data(), width_, height_, static_cast<std::ptrdiff_t>(width_) * channel_count(format_),
          format_};
}

MutableImageView Image::mutable_view() {
  return {pixels_.data(), width_, height_, static_cast<std::ptrdiff_t>(width_) * channel_count(format_),
          format_};
}

}  // namespace mien
