// Numbers, texts and whole states as bytes and back, for files of our own. Little endian throughout.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace mien {

// Appends numbers and texts.
class ByteWriter {
 public:
  template <class T>
  requires std::is_arithmetic_v<T>
  void number(T value) { append(&value, sizeof value); }
  void floats(std::span<const float> values) {
    for (const float v : values) number(v);
  }
  void blob(std::span<const std::uint8_t> bytes) {
    number(static_cast<std::uint32_t>(bytes.size()));
    append(bytes.data(), bytes.size());
  }
  void text(std::string_view text) {
    blob({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  // Byte by byte: GCC 12 warns of an overflow that is none when a vector grows by a few at once.
  void append(const void* from, std::size_t size) {
    const auto* p = static_cast<const std::uint8_t*>(from);
    for (std::size_t i = 0; i < size; ++i) bytes_.push_back(p[i]);
  }

  std::vector<std::uint8_t> bytes_;
};

// Reads them again. After the first value that is not there or not finite everything reads as zero and good()
// is false.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  template <class T>
  requires std::is_arithmetic_v<T> T number() {
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

// Writes the members of an object that lists them in visit(archive): plain values, lists and optional ones of
// them, and other such objects.
class StateWriter {
 public:
  explicit StateWriter(ByteWriter& out) : out_(out) {}

  template <class... Members>
  void operator()(const Members&... members) {
    (write(members), ...);
  }

 private:
  template <class T>
  void write(const T& value) {
    if constexpr (requires { const_cast<T&>(value).visit(*this); }) {
      const_cast<T&>(value).visit(*this);  // one list serves both ways; writing changes nothing
    } else {
      static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
      out_.blob({reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
    }
  }
  template <class T>
  void write(const std::vector<T>& values) {
    out_.number(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) write(value);
  }

  ByteWriter& out_;
};

// Reads them into an object of the same build; the reader is no longer good() when the bytes do not fit it.
class StateReader {
 public:
  explicit StateReader(ByteReader& in) : in_(in) {}

  template <class... Members>
  void operator()(Members&... members) {
    (read(members), ...);
  }

 private:
  template <class T>
  void read(T& value) {
    if constexpr (requires { value.visit(*this); }) {
      value.visit(*this);
    } else {
      static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
      const auto bytes = in_.blob();
      if (bytes.size() != sizeof value) return in_.fail();
      std::memcpy(&value, bytes.data(), sizeof value);
    }
  }
  template <class T>
  void read(std::vector<T>& values) {
    const auto count = in_.number<std::uint32_t>();
    values.clear();
    for (std::uint32_t i = 0; i < count && in_.good(); ++i) read(values.emplace_back());
  }

  ByteReader& in_;
};

}  // namespace mien
