// read_photo(): the format by content, then what is the same for all formats.
#include <new>

#include "core/try.h"
#include "media/codec.h"
#include "media/exif.h"
#include "media/file_io.h"
#include "media/orientation.h"
#include "media/sniff.h"

namespace mien {
namespace {

Result<Photo> decode_stored(ByteView content, const DecodeLimits& limits) {
  const auto format = format_of(content);
  if (!format) {
    return Status(Code::kUnreadable,
                  "is " + describe_content(content) +
                      ", expected a JPEG, PNG or WebP picture; convert it to one of these");
  }
  switch (*format) {
    case FileFormat::kPng:
      return decode_png(content, limits);
    case FileFormat::kWebp:
      return decode_webp(content, limits);
    case FileFormat::kJpeg:
      break;
  }
  return decode_jpeg(content, limits);
}

// A profile for grey or CMYK numbers is wrong for the RGB that they became.
void drop_profile_unless_rgb(Bytes& icc) {
  constexpr std::size_t kColourSpaceAt = 16;
  if (icc.size() < kColourSpaceAt + 4 || !starts_with(ByteView(icc).subspan(kColourSpaceAt), "RGB "))
    icc.clear();
}

}  // namespace

Done check_size(std::int64_t width, std::int64_t height, const DecodeLimits& limits) {
  const std::string size = std::to_string(width) + " x " + std::to_string(height) + " pixels";
  if (width < 1 || height < 1)
    return Status(Code::kUnreadable, "says that it has " + size + "; the file is damaged");
  if (width > kMaxSide || height > kMaxSide) {
    return Status(Code::kLimit, "has " + size + ", at most " + std::to_string(kMaxSide) +
                                    " on a side are allowed; scale it down");
  }
  if (width * height > limits.max_pixels) {
    return Status(Code::kLimit, "has " + size + ", at most " + std::to_string(limits.max_pixels) +
                                    " in all are allowed; scale it down or raise the limit");
  }
  return {};
}

Status truncated(ByteView content) {
  return {Code::kUnreadable, "is truncated: it ends after " + std::to_string(content.size()) +
                                 " bytes, before the picture is complete; copy or download it again"};
}

Status damaged(FileFormat format, const std::string& detail) {
  return {Code::kUnreadable, std::string("is damaged or not a ") + format_name(format) +
                                 " that can be read (" + detail +
                                 "); copy it again, or open it in a picture editor and save it anew"};
}

const char* format_name(FileFormat format) {
  switch (format) {
    case FileFormat::kPng:
      return "PNG";
    case FileFormat::kWebp:
      return "WebP";
    case FileFormat::kJpeg:
      break;
  }
  return "JPEG";
}

Result<Photo> read_photo(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  try {
    if (bytes.empty()) return Status(Code::kUnreadable, "is empty (0 bytes), expected a picture");
    MIEN_ASSIGN(Photo photo, decode_stored(bytes, limits));
    photo.file_orientation = normalise_exif(photo.metadata.exif);
    photo.image = turn_upright(std::move(photo.image), photo.file_orientation);
    drop_profile_unless_rgb(photo.metadata.icc);
    return photo;
  } catch (const std::bad_alloc&) {
    return Status(Code::kLimit, "needs more memory than there is; scale it down");
  } catch (const std::exception& error) {
    return Status(Code::kInternal, std::string("cannot be decoded (") + error.what() + ")");
  }
}

Result<Photo> read_photo(const std::filesystem::path& file, const DecodeLimits& limits) {
  MIEN_ASSIGN(const Bytes content, read_file(file, limits.max_file_bytes));
  auto photo = read_photo(content, limits);
  if (!photo.ok()) return photo.status().with_context(file.string());
  return photo;
}

}  // namespace mien
