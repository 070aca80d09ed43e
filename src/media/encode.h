// Pixels into file formats, without a label. Internal and never installed: pictures that were fused leave the
// library through write_image() and encode_image() only; this is for those and for drawings.
#pragma once

#include <filesystem>
#include <optional>

#include "media/bytes.h"
#include "mien/media.h"

namespace mien {

// Encodes with the metadata as it is. quality is 1..100, see EncodeOptions.
Result<Bytes> encode_plain(ImageView image, const Metadata& metadata, FileFormat format, int quality);

// The format that a file name's extension stands for, in any case of letters.
std::optional<FileFormat> format_from_extension(const std::filesystem::path& file);

}  // namespace mien
