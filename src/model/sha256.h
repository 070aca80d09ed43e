// SHA-256 (FIPS 180-4), for checking that weights are the ones the manifest names.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace mien {

// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::span<const std::uint8_t> bytes);

// The same without the processor's SHA instructions: the twin for tests.
std::string sha256_hex_plain(std::span<const std::uint8_t> bytes);

}  // namespace mien
