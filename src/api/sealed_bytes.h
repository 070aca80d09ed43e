// The envelope of our own small binary files: magic, version, size, SHA-256, content. Little endian throughout.
#pragma once

#include <concepts>
#include <type_traits>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mien/status.h"

namespace mien {

// What a kind of file is called and which version this engine writes (and the newest it reads).
struct SealedKind {
  std::string_view magic;  // 8 characters
  std::uint32_t version;
  std::string_view name;   // for messages: "an enrolled face (.mien)"
  std::string_view advice;  // what to do with a file that cannot be read: "enrol the photos again"
};

std::vector<std::uint8_t> seal(const SealedKind& kind, std::span<const std::uint8_t> content);

// The content, after everything was found to be as it was sealed. kUnreadable with what is wrong.
Result<std::span<const std::uint8_t>> open_sealed(const SealedKind& kind, std::span<const std::uint8_t> file);

bool has_magic(const SealedKind& kind, std::span<const std::uint8_t> file);

// Appends numbers and texts.
class ByteWriter {
 public:
  template <class T>
    requires std::is_arithmetic_v<T>
  void number(T value) {
    const auto* p = reinterpret_cast<const std::uint8_t*>(&value);
    bytes_.insert(bytes_.end(), p, p + sizeof value);
  }
  void floats(std::span<const float> values) {
    for (const float v : values) number(v);
  }
  void blob(std::span<const std::uint8_t> bytes) {
    number(static_cast<std::uint32_t>(bytes.size()));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void text(std::string_view text) { blob({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}); }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

// Reads them again. After the first value that is not there or not finite everything reads as zero and good() is false.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  template <class T>
    requires std::is_arithmetic_v<T>
  T number() {
    T value{};
    if (take(sizeof value)) std::memcpy(&value, bytes_.data() + at_ - sizeof value, sizeof value);
    if constexpr (std::floating_point<T>) {
      if (!(value > -1e9f && value < 1e9f)) good_ = false, value = 0;
    }
    return value;
  }
  void floats(std::span<float> values) {
    for (float& v : values) v = number<float>();
  }
  std::span<const std::uint8_t> blob() {
    const auto size = number<std::uint32_t>();
    return take(size) ? bytes_.subspan(at_ - size, size) : std::span<const std::uint8_t>();
  }
  std::string text() {
    const auto bytes = blob();
    return {bytes.begin(), bytes.end()};
  }
  bool good() const { return good_; }
  bool at_end() const { return good_ && at_ == bytes_.size(); }
  void fail() { good_ = false; }

 private:
  bool take(std::size_t size) {
    good_ = good_ && size <= bytes_.size() - at_;
    if (good_) at_ += size;
    return good_;
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

}  // namespace mien
