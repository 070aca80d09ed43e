// WebP files out, by libwebp; metadata by libwebpmux.
#include <webp/encode.h>
#include <webp/mux.h>

#include <memory>

#include "core/try.h"
#include "media/codec.h"
#include "media/webp_chunks.h"

namespace mien {
namespace {

constexpr int kLosslessQuality = 100;

// Adds to a vector; false when there is no memory, since an exception must not pass through libwebp.
int append(const std::uint8_t* data, std::size_t size, const WebPPicture* picture) {
  try {
    auto& output = *static_cast<Bytes*>(picture->custom_ptr);
    output.insert(output.end(), data, data + size);
    return 1;
  } catch (...) {
    return 0;
  }
}

bool import_pixels(WebPPicture& picture, ImageView image) {
  const int stride = static_cast<int>(image.stride_bytes);
  switch (image.format) {
    case PixelFormat::kGray8:
      break;
    case PixelFormat::kRgb8:
      return WebPPictureImportRGB(&picture, image.data, stride);
    case PixelFormat::kBgr8:
      return WebPPictureImportBGR(&picture, image.data, stride);
    case PixelFormat::kRgba8:
      return WebPPictureImportRGBA(&picture, image.data, stride);
    case PixelFormat::kBgra8:
      return WebPPictureImportBGRA(&picture, image.data, stride);
  }
  Image rgb(image.width, image.height, PixelFormat::kRgb8);
  for (int y = 0; y < image.height; ++y) {
    std::uint8_t* target = rgb.mutable_view().row(y);
    for (int x = 0; x < image.width; ++x, target += 3) target[0] = target[1] = target[2] = image.row(y)[x];
  }
  return WebPPictureImportRGB(&picture, rgb.view().data, static_cast<int>(rgb.view().stride_bytes));
}

Result<Bytes> encode_pixels(ImageView image, int quality) {
  WebPConfig config;
  WebPPicture picture;
  if (!WebPConfigPreset(&config, WEBP_PRESET_PHOTO, static_cast<float>(quality)) ||
      !WebPPictureInit(&picture)) {
    return Status(Code::kInternal, "libwebp has another version than its headers");
  }
  if (quality >= kLosslessQuality) {
    WebPConfigLosslessPreset(&config, 2);
    config.exact = 1;  // the colour of transparent pixels too
  }
  Bytes output;
  picture.use_argb = config.lossless;
  picture.width = image.width;
  picture.height = image.height;
  picture.writer = append;
  picture.custom_ptr = &output;
  const std::unique_ptr<WebPPicture, decltype(&WebPPictureFree)> owner(&picture, &WebPPictureFree);
  if (!import_pixels(picture, image) || !WebPEncode(&config, &picture)) {
    return Status(Code::kInternal,
                  "cannot be encoded as WebP (error " + std::to_string(picture.error_code) + ")");
  }
  return output;
}

// An empty value is no chunk at all.
bool set_chunk(WebPMux* mux, const char* name, const Bytes& value) {
  if (value.empty()) return true;
  const WebPData data{value.data(), value.size()};
  return WebPMuxSetChunk(mux, name, &data, 0) == WEBP_MUX_OK;
}

Result<Bytes> with_metadata(const Bytes& picture, const Metadata& metadata) {
  const std::unique_ptr<WebPMux, decltype(&WebPMuxDelete)> mux(WebPMuxNew(), &WebPMuxDelete);
  const WebPData pixels{picture.data(), picture.size()};
  WebPData assembled{};
  const bool done = mux && WebPMuxSetImage(mux.get(), &pixels, 0) == WEBP_MUX_OK &&
                    set_chunk(mux.get(), kWebpIccChunk, metadata.icc) &&
                    set_chunk(mux.get(), kWebpExifChunk, metadata.exif) &&
                    set_chunk(mux.get(), kWebpXmpChunk, metadata.xmp) &&
                    WebPMuxAssemble(mux.get(), &assembled) == WEBP_MUX_OK;
  const std::unique_ptr<WebPData, decltype(&WebPDataClear)> owner(&assembled, &WebPDataClear);
  if (!done) return Status(Code::kInternal, "metadata cannot be put into the WebP");
  return Bytes(assembled.bytes, assembled.bytes + assembled.size);
}

}  // namespace

Result<Bytes> encode_webp(ImageView image, const Metadata& metadata, int quality) {
  if (image.width > WEBP_MAX_DIMENSION || image.height > WEBP_MAX_DIMENSION) {
    return Status(Code::kLimit, "the picture is " + std::to_string(image.width) + " x " +
                                    std::to_string(image.height) + " pixels, a WebP can have " +
                                    std::to_string(WEBP_MAX_DIMENSION) +
                                    " on a side; write a JPEG or PNG instead");
  }
  MIEN_ASSIGN(const Bytes picture, encode_pixels(image, quality));
  if (metadata.icc.empty() && metadata.exif.empty() && metadata.xmp.empty()) return picture;
  return with_metadata(picture, metadata);
}

}  // namespace mien
