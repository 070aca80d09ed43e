// WebP files in, by libwebp.
#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <memory>

#include "core/try.h"
#include "media/codec.h"
#include "media/webp_chunks.h"

namespace mien {
namespace {

// The RIFF header says how long the file is; libwebp does not mind when it is shorter.
bool is_cut_off(ByteView content) {
  constexpr std::size_t kRiffHeaderBytes = 8;
  if (content.size() < kRiffHeaderBytes + 4) return true;
  const std::size_t stated = static_cast<std::size_t>(content[7]) << 24 |
                             static_cast<std::size_t>(content[6]) << 16 |
                             static_cast<std::size_t>(content[5]) << 8 | content[4];
  return stated > content.size() - kRiffHeaderBytes;
}

Status refused(ByteView content, VP8StatusCode code) {
  switch (code) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      return truncated(content);
    case VP8_STATUS_OUT_OF_MEMORY:
      return {Code::kLimit, "needs more memory than there is; scale it down"};
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return damaged(FileFormat::kWebp, "unknown feature");
    default:
      return damaged(FileFormat::kWebp, "faulty bit stream");
  }
}

Bytes chunk(const WebPDemuxer* demuxer, const char* name) {
  WebPChunkIterator found;
  Bytes content;
  if (WebPDemuxGetChunk(demuxer, name, 1, &found)) {
    content.assign(found.chunk.bytes, found.chunk.bytes + found.chunk.size);
  }
  WebPDemuxReleaseChunkIterator(&found);
  return content;
}

// The first picture of an animation, on its canvas.
Done decode_first_frame(ByteView content, MutableImageView rgba) {
  WebPAnimDecoderOptions options;
  WebPAnimDecoderOptionsInit(&options);
  options.color_mode = MODE_RGBA;
  const WebPData data{content.data(), content.size()};
  const std::unique_ptr<WebPAnimDecoder, decltype(&WebPAnimDecoderDelete)> decoder(
      WebPAnimDecoderNew(&data, &options), &WebPAnimDecoderDelete);
  std::uint8_t* canvas = nullptr;  // belongs to the decoder
  int time_ms = 0;
  if (!decoder || !WebPAnimDecoderGetNext(decoder.get(), &canvas, &time_ms)) {
    return damaged(FileFormat::kWebp, "faulty first frame");
  }
  std::copy_n(canvas, static_cast<std::size_t>(rgba.height) * static_cast<std::size_t>(rgba.stride_bytes),
              rgba.data);
  return {};
}

Done decode_still(ByteView content, MutableImageView image) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config))
    return Status(Code::kInternal, "libwebp has another version than its headers");
  config.output.colorspace = has_alpha(image.format) ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = image.data;
  config.output.u.RGBA.stride = static_cast<int>(image.stride_bytes);
  config.output.u.RGBA.size =
      static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.stride_bytes);
  const VP8StatusCode code = WebPDecode(content.data(), content.size(), &config);
  if (code != VP8_STATUS_OK) return refused(content, code);
  return {};
}

}  // namespace

Result<Metadata> webp_metadata(ByteView content) {
  if (is_cut_off(content)) return truncated(content);
  const WebPData data{content.data(), content.size()};
  const std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)> demuxer(WebPDemux(&data), &WebPDemuxDelete);
  if (!demuxer) return damaged(FileFormat::kWebp, "faulty chunks");
  Metadata metadata;
  metadata.icc = chunk(demuxer.get(), kWebpIccChunk);
  metadata.exif = chunk(demuxer.get(), kWebpExifChunk);
  metadata.xmp = chunk(demuxer.get(), kWebpXmpChunk);
  metadata.had_c2pa = !chunk(demuxer.get(), kWebpC2paChunk).empty();
  // Some writers put JPEG's signature in front of the block.
  constexpr std::string_view kJpegSignature("Exif\0\0", 6);
  if (starts_with(metadata.exif, kJpegSignature)) {
    metadata.exif.erase(metadata.exif.begin(), metadata.exif.begin() + kJpegSignature.size());
  }
  return metadata;
}

Result<Photo> decode_webp(ByteView content, const DecodeLimits& limits) {
  if (is_cut_off(content)) return truncated(content);
  WebPBitstreamFeatures features;
  const VP8StatusCode code = WebPGetFeatures(content.data(), content.size(), &features);
  if (code != VP8_STATUS_OK) return refused(content, code);
  MIEN_TRY(check_size(features.width, features.height, limits));
  Photo photo;
  photo.format = FileFormat::kWebp;
  if (features.has_animation) photo.remark = "the picture is an animation, of which the first frame is used";
  MIEN_ASSIGN(photo.metadata, webp_metadata(content));
  // The canvas of an animation may show through where its first frame is smaller.
  photo.had_alpha = features.has_alpha || features.has_animation;
  photo.image.resize(features.width, features.height,
                     photo.had_alpha ? PixelFormat::kRgba8 : PixelFormat::kRgb8);
  const MutableImageView view = photo.image.mutable_view();
  MIEN_TRY(features.has_animation ? decode_first_frame(content, view) : decode_still(content, view));
  return photo;
}

}  // namespace mien
