// Names for raw bytes: owned and borrowed.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mien {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline bool starts_with(ByteView bytes, std::string_view prefix) {
  return bytes.size() >= prefix.size() &&
         std::string_view(reinterpret_cast<const char*>(bytes.data()), prefix.size()) == prefix;
}

inline bool has_at(ByteView bytes, std::size_t offset, std::string_view part) {
  return bytes.size() > offset && starts_with(bytes.subspan(offset), part);
}

inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace mien
