// Where UTF-8 is, and where it is not.
#pragma once

#include <cstddef>
#include <string_view>

namespace mien {

// Length of the UTF-8 sequence at the start of `text`, which is not empty; 0 when there is no valid one
// that XML allows: U+FFFE and U+FFFF count as none.
std::size_t utf8_length(std::string_view text);

}  // namespace mien
