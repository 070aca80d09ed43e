// One decoder and one encoder per file format. Internal: read_photo() and encode_plain() choose among them.
#pragma once

#include "media/bytes.h"
#include "mien/media.h"

namespace mien {

// Decoders give the picture as stored (not yet turned) and the metadata as stored (not yet normalised).
Result<Photo> decode_jpeg(ByteView content, const DecodeLimits& limits);
Result<Photo> decode_png(ByteView content, const DecodeLimits& limits);
Result<Photo> decode_webp(ByteView content, const DecodeLimits& limits);

// The metadata alone, without memory for pixels.
Result<Metadata> jpeg_metadata(ByteView content);
Result<Metadata> png_metadata(ByteView content);
Result<Metadata> webp_metadata(ByteView content);

// Encoders write every field of the metadata but aigc_text and had_c2pa. quality is 1..100.
Result<Bytes> encode_jpeg(ImageView image, const Metadata& metadata, int quality);
Result<Bytes> encode_png(ImageView image, const Metadata& metadata);
Result<Bytes> encode_webp(ImageView image, const Metadata& metadata, int quality);

// kLimit when a header's size is more than the limits allow. To be asked before memory is taken.
Done check_size(std::int64_t width, std::int64_t height, const DecodeLimits& limits);

// The two sentences that all decoders share.
Status truncated(ByteView content);
Status damaged(FileFormat format, const std::string& detail);

}  // namespace mien
