// read_photo(): the format by content, then what is the same for all formats.
#include <array>
#include <cstring>
#include <new>

#include "core/try.h"
#include "media/codec.h"
#include "media/colour_profile.h"
#include "media/exif.h"
#include "media/file_io.h"
#include "media/orientation.h"
#include "media/sniff.h"

namespace mien {
namespace {

Result<Photo> decode_stored(ByteView content, const DecodeLimits& limits) {
  const auto format = format_of(content);
  if (!format) {
    return Status(Code::kUnreadable, "is " + describe_content(content) +
                                         ", expected a JPEG, PNG or WebP picture; " + advice_for(content));
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

void note(const std::string& sentence, Photo& photo) {
  photo.remark += (photo.remark.empty() ? "" : "; ") + sentence;
}

void note_unusable_profile(const Status& status, Photo& photo) {
  note(status.message() + "; the colours are taken as sRGB", photo);
}

bool is_grey(ImageView image) {
  const int channels = channel_count(image.format);
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* pixel = image.row(y);
    for (int x = 0; x < image.width; ++x, pixel += channels) {
      if (pixel[0] != pixel[1] || pixel[0] != pixel[2]) return false;
    }
  }
  return true;
}

// Grey pixels were decoded to three equal numbers; their profile gives each of the 256 a colour.
void convert_grey(Photo& photo) {
  if (!is_grey(photo.image.view())) {
    note("the colour profile is one for grey pictures and this one has colours; they are taken as sRGB",
         photo);
    return;
  }
  const auto transform = ColourTransform::to_srgb(photo.metadata.icc, Numbers::kGray);
  if (!transform.ok()) return note_unusable_profile(transform.status(), photo);
  std::array<std::uint8_t, 256> levels{};
  std::array<std::uint8_t, 3 * 256> colours{};
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = static_cast<std::uint8_t>(i);
  transform->run(levels.data(), colours.data(), static_cast<int>(levels.size()));
  const MutableImageView view = photo.image.mutable_view();
  const int channels = channel_count(view.format);
  for (int y = 0; y < view.height; ++y) {
    std::uint8_t* pixel = view.row(y);
    for (int x = 0; x < view.width; ++x, pixel += channels)
      std::memcpy(pixel, &colours[3 * std::size_t{pixel[0]}], 3);
  }
}

void convert_rgb(Photo& photo) {
  const auto rgb = ColourTransform::to_srgb(photo.metadata.icc, Numbers::kRgb);
  if (!rgb.ok()) return note_unusable_profile(rgb.status(), photo);
  if (nearly_srgb(*rgb)) return;
  const auto rgba = ColourTransform::to_srgb(photo.metadata.icc, Numbers::kRgba);
  if (!rgba.ok()) return note_unusable_profile(rgba.status(), photo);
  const ColourTransform& transform = has_alpha(photo.image.format()) ? *rgba : *rgb;
  if (ColourTransform::from_srgb(photo.metadata.icc, Numbers::kRgb).ok()) {
    photo.metadata.original = std::make_shared<const Image>(photo.image.clone());
  } else {
    photo.metadata.icc.clear();
    note("the colour profile works in one direction only, so a result is written as sRGB, without it", photo);
  }
  const MutableImageView view = photo.image.mutable_view();
  for (int y = 0; y < view.height; ++y) transform.run(view.row(y), view.row(y), view.width);
}

// A profile for grey or CMYK numbers is wrong for the RGB that they became, so it is dropped; the decoder of
// JPEG has used that for CMYK.
void convert_to_srgb(Photo& photo) {
  const std::string_view space = profile_space(photo.metadata.icc);
  if (space == "RGB ") return convert_rgb(photo);
  if (space == "GRAY") convert_grey(photo);
  photo.metadata.icc.clear();
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
                                    " in all are allowed; scale it down");
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
    convert_to_srgb(photo);
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
