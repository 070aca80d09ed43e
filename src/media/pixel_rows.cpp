#include "media/pixel_rows.h"

namespace mien {
namespace {

// Rounded (value * alpha + 255 * (255 - alpha)) / 255.
std::uint8_t on_white(int value, int alpha) {
  return static_cast<std::uint8_t>(255 - ((255 - value) * alpha + 127) / 255);
}

}  // namespace

void row_on_white(ImageView image, int y, std::uint8_t* rgb) {
  const std::uint8_t* pixel = image.row(y);
  const int channels = channel_count(image.format), red = red_offset(image.format);
  const int green = channels == 1 ? 0 : 1, blue = channels == 1 ? 0 : 2 - red;
  for (int x = 0; x < image.width; ++x, pixel += channels, rgb += 3) {
    const int alpha = channels == 4 ? pixel[3] : 255;
    rgb[0] = on_white(pixel[red], alpha);
    rgb[1] = on_white(pixel[green], alpha);
    rgb[2] = on_white(pixel[blue], alpha);
  }
}

}  // namespace mien
