// The envelope of our own small binary files: magic, version, size, SHA-256, content. Little endian
// throughout.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/byte_stream.h"
#include "mien/status.h"

namespace mien {

// What a kind of file is called and which version this engine writes (and the newest it reads).
struct SealedKind {
  std::string_view magic;  // 8 characters
  std::uint32_t version;
  std::string_view name;    // for messages: "an enrolled face (.mien)"
  std::string_view advice;  // what to do with a file that cannot be read: "enrol the photos again"
};

std::vector<std::uint8_t> seal(const SealedKind& kind, std::span<const std::uint8_t> content);

// The content, after everything was found to be as it was sealed. kUnreadable with what is wrong.
Result<std::span<const std::uint8_t>> open_sealed(const SealedKind& kind, std::span<const std::uint8_t> file);

bool has_magic(const SealedKind& kind, std::span<const std::uint8_t> file);

}  // namespace mien
