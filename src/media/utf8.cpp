#include "media/utf8.h"

#include <cstdint>

namespace mien {

std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::size_t length = byte(0) < 0x80   ? 1
                             : byte(0) < 0xC2 ? 0
                             : byte(0) < 0xE0 ? 2
                             : byte(0) < 0xF0 ? 3
                             : byte(0) < 0xF5 ? 4
                                              : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (length == 1) return 1;
  const int second = byte(1);
  const bool overlong = (byte(0) == 0xE0 && second < 0xA0) || (byte(0) == 0xF0 && second < 0x90);
  const bool no_character = (byte(0) == 0xED && second >= 0xA0) || (byte(0) == 0xF4 && second >= 0x90) ||
                            (byte(0) == 0xEF && second == 0xBF && byte(2) >= 0xBE);
  return overlong || no_character ? 0 : length;
}

}  // namespace mien
