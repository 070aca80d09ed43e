#include "printable.h"

#include <cstdio>

#include "media/utf8.h"

namespace mien::cli {
namespace {

// The character that a valid UTF-8 sequence of this length stands for.
unsigned code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  unsigned out = sequence.size() == 1 ? byte(0) : byte(0) & (0x7fu >> sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i) out = out << 6 | (byte(i) & 0x3fu);
  return out;
}

bool steers_a_terminal(unsigned c) {
  const auto within = [&](unsigned first, unsigned last) { return c >= first && c <= last; };
  return c < 0x20 || within(0x7f, 0x9f) ||                  // control characters
         c == 0x061c || within(0x200e, 0x200f) ||           // marks of direction ...
         within(0x2028, 0x202e) || within(0x2066, 0x2069);  // ... embeddings, and separators of lines
}

void append_escaped(unsigned value, std::string* out) {
  char digits[8];
  std::snprintf(digits, sizeof digits, value < 0x100 ? "\\x%02x" : "\\u%04x", value);
  *out += digits;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view sequence = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(sequence.size());
    if (length == 0) {
      append_escaped(static_cast<unsigned char>(sequence[0]), &out);
    } else if (const unsigned c = code_point(sequence); steers_a_terminal(c)) {
      append_escaped(c, &out);
    } else {
      out += sequence;
    }
  }
  return out;
}

}  // namespace mien::cli
