#include "media/exif.h"

#include <algorithm>
#include <optional>

namespace mien {
namespace {

// Tags by their names in the EXIF and TIFF standards.
constexpr std::uint16_t kImageWidth = 0x0100, kImageLength = 0x0101, kOrientation = 0x0112;
constexpr std::uint16_t kStripOffsets = 0x0111, kStripByteCounts = 0x0117;
constexpr std::uint16_t kThumbnailOffset = 0x0201, kThumbnailLength = 0x0202;
constexpr std::uint16_t kExifDirectory = 0x8769, kPixelXDimension = 0xA002, kPixelYDimension = 0xA003;

constexpr std::uint16_t kTypeShort = 3, kTypeLong = 4;
constexpr std::size_t kEntryBytes = 12;

// Reads and patches numbers of a TIFF block; every access is checked, since offsets come from the file.
class TiffBlock {
 public:
  explicit TiffBlock(Bytes& bytes) : bytes_(bytes), little_(starts_with(bytes, "II")) {}

  bool valid() const {
    return (starts_with(bytes_, "II") || starts_with(bytes_, "MM")) && number(2, 2) == 42u;
  }

  // Position of the first directory; nothing when it lies outside.
  std::optional<std::size_t> first_directory() const { return number(4, 4); }

  // Position of the link to the directory that follows the one at `directory`.
  std::optional<std::size_t> next_link(std::size_t directory) const {
    const auto entries = number(directory, 2);
    if (!entries || !inside(directory + 2, *entries * kEntryBytes + 4)) return {};
    return directory + 2 + *entries * kEntryBytes;
  }

  // The value of a tag that holds one whole number.
  std::optional<std::uint32_t> value(std::size_t directory, std::uint16_t tag) const {
    const auto entry = find(directory, tag);
    if (!entry) return {};
    return number(*entry + 8, value_bytes(*entry));
  }

  void set_value(std::size_t directory, std::uint16_t tag, std::uint32_t value) {
    if (const auto entry = find(directory, tag)) set_number(*entry + 8, value_bytes(*entry), value);
  }

  std::optional<std::uint32_t> number(std::size_t at, std::size_t size) const {
    if (!inside(at, size)) return {};
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = (value << 8) | bytes_[at + (little_ ? size - 1 - i : i)];
    return value;
  }

  void set_number(std::size_t at, std::size_t size, std::uint32_t value) {
    if (!inside(at, size)) return;
    for (std::size_t i = 0; i < size; ++i) {
      bytes_[at + (little_ ? i : size - 1 - i)] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  }

  // Takes bytes out: cuts them off when they are the last ones, else overwrites them with zeros.
  void erase(std::size_t at, std::size_t size) {
    if (!inside(at, size)) return;
    if (at + size == bytes_.size()) {
      bytes_.resize(at);
    } else {
      std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at), size, std::uint8_t{0});
    }
  }

 private:
  bool inside(std::size_t at, std::size_t size) const {
    return size <= bytes_.size() && at <= bytes_.size() - size;
  }

  std::size_t value_bytes(std::size_t entry) const { return number(entry + 2, 2) == kTypeLong ? 4 : 2; }

  // Position of the entry, if it holds a single SHORT or LONG.
  std::optional<std::size_t> find(std::size_t directory, std::uint16_t tag) const {
    const auto link = next_link(directory);
    if (!link) return {};
    for (std::size_t entry = directory + 2; entry < *link; entry += kEntryBytes) {
      if (number(entry, 2) != tag) continue;
      const auto type = number(entry + 2, 2);
      if ((type == kTypeShort || type == kTypeLong) && number(entry + 4, 4) == 1u) return entry;
    }
    return {};
  }

  Bytes& bytes_;
  bool little_;
};

void swap_values(TiffBlock& tiff, std::size_t directory, std::uint16_t tag_a, std::uint16_t tag_b) {
  const auto a = tiff.value(directory, tag_a);
  const auto b = tiff.value(directory, tag_b);
  if (!a || !b) return;
  tiff.set_value(directory, tag_a, *b);
  tiff.set_value(directory, tag_b, *a);
}

// The thumbnail is what the second directory describes; unlinking that directory hides it, erasing the data
// removes it.
void remove_thumbnail(TiffBlock& tiff, std::size_t first_directory) {
  const auto link = tiff.next_link(first_directory);
  if (!link) return;
  const auto second_directory = tiff.number(*link, 4);
  if (!second_directory || *second_directory == 0) return;
  tiff.set_number(*link, 4, 0);
  constexpr std::uint16_t kDataTags[][2] = {{kThumbnailOffset, kThumbnailLength},
                                            {kStripOffsets, kStripByteCounts}};
  for (const auto& [offset_tag, size_tag] : kDataTags) {
    const auto offset = tiff.value(*second_directory, offset_tag);
    const auto size = tiff.value(*second_directory, size_tag);
    // The first 8 bytes are the header; a thumbnail that claims them is damaged.
    if (offset && size && *offset >= 8) tiff.erase(*offset, *size);
  }
}

}  // namespace

int normalise_exif(Bytes& tiff) {
  TiffBlock block(tiff);
  const auto directory = block.first_directory();
  if (!block.valid() || !directory) return 1;
  const std::uint32_t found = block.value(*directory, kOrientation).value_or(1);
  const int orientation = found >= 1 && found <= 8 ? static_cast<int>(found) : 1;
  block.set_value(*directory, kOrientation, 1);
  if (orientation >= 5) {
    swap_values(block, *directory, kImageWidth, kImageLength);
    if (const auto exif = block.value(*directory, kExifDirectory)) {
      swap_values(block, *exif, kPixelXDimension, kPixelYDimension);
    }
  }
  remove_thumbnail(block, *directory);
  return orientation;
}

}  // namespace mien
