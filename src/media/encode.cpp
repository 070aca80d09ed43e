#include "media/encode.h"

#include <algorithm>
#include <new>

#include "core/try.h"
#include "media/codec.h"

namespace mien {
namespace {

Result<Bytes> encode_as(FileFormat format, ImageView image, const Metadata& metadata, int quality) {
  switch (format) {
    case FileFormat::kPng:
      return encode_png(image, metadata);
    case FileFormat::kWebp:
      return encode_webp(image, metadata, quality);
    case FileFormat::kJpeg:
      break;
  }
  return encode_jpeg(image, metadata, quality);
}

}  // namespace

Result<Bytes> encode_plain(ImageView image, const Metadata& metadata, FileFormat format, int quality) {
  MIEN_TRY(image.validate());
  try {
    return encode_as(format, image, metadata, quality);
  } catch (const std::bad_alloc&) {
    return Status(Code::kLimit, "encoding needs more memory than there is; scale the picture down");
  } catch (const std::exception& error) {
    return Status(Code::kInternal, std::string("cannot be encoded (") + error.what() + ")");
  }
}

std::optional<FileFormat> format_from_extension(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const char* known : {".jpg", ".jpeg", ".jpe", ".jfif"}) {
    if (extension == known) return FileFormat::kJpeg;
  }
  if (extension == ".png") return FileFormat::kPng;
  if (extension == ".webp") return FileFormat::kWebp;
  return {};
}

}  // namespace mien
