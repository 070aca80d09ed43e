#include "media/orientation.h"

#include <algorithm>
#include <cstring>

namespace mien {
namespace {

// Where the upright picture's pixels lie in the stored one: origin + x * step_x + y * step_y, in bytes.
struct Walk {
  const std::uint8_t* origin;
  std::ptrdiff_t step_x, step_y;
};

Walk walk_for(ImageView stored, int orientation) {
  const std::ptrdiff_t right = channel_count(stored.format), down = stored.stride_bytes;
  const std::ptrdiff_t to_right_edge = (stored.width - 1) * right, to_bottom = (stored.height - 1) * down;
  switch (orientation) {
    case 2:  // mirrored left to right
      return {stored.data + to_right_edge, -right, down};
    case 3:  // upside down
      return {stored.data + to_right_edge + to_bottom, -right, -down};
    case 4:  // mirrored top to bottom
      return {stored.data + to_bottom, right, -down};
    case 5:  // mirrored along the main diagonal
      return {stored.data, down, right};
    case 6:  // to be turned clockwise
      return {stored.data + to_bottom, -down, right};
    case 7:  // mirrored along the other diagonal
      return {stored.data + to_right_edge + to_bottom, -down, -right};
    case 8:  // to be turned anticlockwise
      return {stored.data + to_right_edge, down, -right};
    default:
      return {stored.data, right, down};
  }
}

// In tiles, because columns of the stored picture become rows: a tile's cache lines are used up before they
// are dropped.
template <int kChannels>
void copy_tiled(const Walk& from, MutableImageView to) {
  constexpr int kTile = 32;
  for (int tile_y = 0; tile_y < to.height; tile_y += kTile) {
    for (int tile_x = 0; tile_x < to.width; tile_x += kTile) {
      const int end_x = std::min(tile_x + kTile, to.width), end_y = std::min(tile_y + kTile, to.height);
      for (int y = tile_y; y < end_y; ++y) {
        const std::uint8_t* source = from.origin + tile_x * from.step_x + y * from.step_y;
        std::uint8_t* target = to.row(y) + tile_x * kChannels;
        for (int x = tile_x; x < end_x; ++x, source += from.step_x, target += kChannels) {
          std::memcpy(target, source, kChannels);
        }
      }
    }
  }
}

}  // namespace

Image turn_upright(Image image, int orientation) {
  if (orientation <= 1 || orientation > 8 || image.empty()) return image;
  const bool swaps_sides = orientation >= 5;
  Image upright(swaps_sides ? image.height() : image.width(), swaps_sides ? image.width() : image.height(),
                image.format());
  const Walk walk = walk_for(image.view(), orientation);
  switch (channel_count(image.format())) {
    case 1:
      copy_tiled<1>(walk, upright.mutable_view());
      break;
    case 3:
      copy_tiled<3>(walk, upright.mutable_view());
      break;
    default:
      copy_tiled<4>(walk, upright.mutable_view());
  }
  return upright;
}

}  // namespace mien
