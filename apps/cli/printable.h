// Text from a file, for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace mien::cli {

// What could move a terminal's cursor, fake lines or turn the order of letters, as "\x1b" or "\u202e":
// control characters, line and paragraph separators, marks of direction, and bytes that are no UTF-8 (a
// terminal may take them for 8-bit control characters).
std::string printable(std::string_view text);

}  // namespace mien::cli
