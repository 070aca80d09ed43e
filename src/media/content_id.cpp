#include "media/content_id.h"

#include <algorithm>
#include <bit>

namespace mien {
namespace {

// Two 64-bit lanes that take in eight bytes at a time with different odd multipliers.
class Mixer {
 public:
  void add(std::uint64_t word) {
    a_ = std::rotl((a_ ^ word) * 0x9e3779b97f4a7c15u, 29);
    b_ = std::rotl((b_ + word) * 0xc2b2ae3d27d4eb4fu, 31) ^ a_;
  }

  void add(ByteView bytes) {
    while (!bytes.empty()) {
      const ByteView word = bytes.first(std::min<std::size_t>(bytes.size(), 8));
      std::uint64_t value = 0;
      for (std::size_t i = 0; i < word.size(); ++i) value |= static_cast<std::uint64_t>(word[i]) << (8 * i);
      add(value);
      bytes = bytes.subspan(word.size());
    }
  }

  std::string hex() const { return hex(finished(a_)) + hex(finished(b_)); }

 private:
  // Spreads every bit over the whole word.
  static std::uint64_t finished(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  }

  static std::string hex(std::uint64_t x) {
    std::string digits;
    for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789ABCDEF"[(x >> shift) & 15];
    return digits;
  }

  std::uint64_t a_ = 0x243f6a8885a308d3u, b_ = 0x13198a2e03707344u;
};

}  // namespace

std::string content_id(ByteView content) {
  Mixer mixer;
  mixer.add(content.size());
  mixer.add(content);
  return mixer.hex();
}

std::string content_id(ImageView image) {
  Mixer mixer;
  mixer.add(static_cast<std::uint64_t>(image.width));
  mixer.add(static_cast<std::uint64_t>(image.height));
  mixer.add(static_cast<std::uint64_t>(image.format));
  const std::size_t row_bytes =
      static_cast<std::size_t>(image.width) * static_cast<std::size_t>(channel_count(image.format));
  for (int y = 0; y < image.height; ++y) mixer.add(ByteView(image.row(y), row_bytes));
  return mixer.hex();
}

}  // namespace mien
