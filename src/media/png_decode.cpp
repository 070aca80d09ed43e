// PNG files in, by libpng. Errors come by longjmp; see jpeg_decode.cpp for how that is kept harmless.
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include "core/try.h"
#include "media/codec.h"
#include "media/png_chunks.h"

namespace mien {
namespace {

class PngReader {
 public:
  explicit PngReader(ByteView content) : rest_(content), content_(content) {}
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  // The steps in their order; each false when status() says why the file is refused.
  bool read_header();  // up to the pixels
  bool choose_rgb();   // 8 bits per channel, three or four channels
  bool read_pixels(png_bytepp rows);
  bool read_trailer();  // chunks after the pixels

  Status status() const {
    if (at_end_of_data_) return truncated(content_);
    return damaged(FileFormat::kPng, message_);
  }
  std::int64_t width() const { return png_get_image_width(png_, info_); }
  std::int64_t height() const { return png_get_image_height(png_, info_); }
  int file_bits() const { return file_bits_; }
  bool has_alpha() const { return png_get_channels(png_, info_) == 4; }
  Metadata metadata() const;

 private:
  static void on_error(png_structp png, png_const_charp message) {
    auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(reader->message_, sizeof reader->message_, "%s", message);
    png_longjmp(png, 1);
  }
  static void ignore_warning(png_structp, png_const_charp) {}
  static void read_bytes(png_structp png, png_bytep target, std::size_t size) {
    auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
    if (size > reader->rest_.size()) {
      reader->at_end_of_data_ = true;
      png_error(png, "end of data");
    }
    std::memcpy(target, reader->rest_.data(), size);
    reader->rest_ = reader->rest_.subspan(size);
  }

  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  ByteView rest_, content_;
  int file_bits_ = 8;
  bool at_end_of_data_ = false;
  char message_[128] = "no memory for the decoder";
};

bool PngReader::read_header() {
  png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, ignore_warning);
  if (!png_) return false;
  if (setjmp(png_jmpbuf(png_)) != 0) return false;
  info_ = png_create_info_struct(png_);
  if (!info_) return false;
  png_set_read_fn(png_, this, read_bytes);
  // check_size() refuses large pictures with a better sentence than libpng's.
  png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_option(png_, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);
  png_read_info(png_, info_);
  file_bits_ = png_get_bit_depth(png_, info_);
  return true;
}

bool PngReader::choose_rgb() {
  if (setjmp(png_jmpbuf(png_)) != 0) return false;
  png_set_expand(png_);    // palette to RGB, grey to 8 bits at least, tRNS to alpha
  png_set_scale_16(png_);  // rounds; png_set_strip_16 would cut off
  png_set_gray_to_rgb(png_);
  png_set_interlace_handling(png_);
  png_read_update_info(png_, info_);
  return true;
}

bool PngReader::read_pixels(png_bytepp rows) {
  if (setjmp(png_jmpbuf(png_)) != 0) return false;
  png_read_image(png_, rows);
  return true;
}

bool PngReader::read_trailer() {
  if (setjmp(png_jmpbuf(png_)) != 0) return false;
  png_read_end(png_, info_);
  return true;
}

Metadata PngReader::metadata() const {
  Metadata metadata;
  png_charp name = nullptr;
  int compression = 0;
  png_bytep icc = nullptr;
  png_uint_32 size = 0;
  if (png_get_iCCP(png_, info_, &name, &compression, &icc, &size) != 0) metadata.icc.assign(icc, icc + size);
  png_bytep exif = nullptr;
  if (png_get_eXIf_1(png_, info_, &size, &exif) != 0) metadata.exif.assign(exif, exif + size);
  png_textp texts = nullptr;
  const int count = png_get_text(png_, info_, &texts, nullptr);
  for (int i = 0; i < count; ++i) {
    const std::string_view key = texts[i].key;
    // The length of international texts is in another field than that of plain ones.
    const std::string_view text(texts[i].text, std::max(texts[i].text_length, texts[i].itxt_length));
    if (key == kPngXmpKey) metadata.xmp = to_bytes(text);
    if (key == kPngAigcKey) metadata.aigc_text = text;
  }
  return metadata;
}

bool has_chunk(const std::vector<PngChunk>& chunks, std::string_view type) {
  return std::any_of(chunks.begin(), chunks.end(), [&](const PngChunk& chunk) { return chunk.type == type; });
}

}  // namespace

Result<Metadata> png_metadata(ByteView content) {
  MIEN_ASSIGN(const std::vector<PngChunk> chunks, png_chunks(content));
  const Bytes rearranged = png_with_metadata_first(content, chunks);
  PngReader reader(rearranged);
  if (!reader.read_header()) return reader.status();
  Metadata metadata = reader.metadata();
  metadata.had_c2pa = has_chunk(chunks, kPngC2paChunk);
  return metadata;
}

Result<Photo> decode_png(ByteView content, const DecodeLimits& limits) {
  PngReader reader(content);
  if (!reader.read_header()) return reader.status();
  MIEN_TRY(check_size(reader.width(), reader.height(), limits));
  if (!reader.choose_rgb()) return reader.status();
  Photo photo;
  photo.format = FileFormat::kPng;
  photo.bits = reader.file_bits();
  photo.had_alpha = reader.has_alpha();
  photo.image.resize(static_cast<int>(reader.width()), static_cast<int>(reader.height()),
                     photo.had_alpha ? PixelFormat::kRgba8 : PixelFormat::kRgb8);
  const MutableImageView view = photo.image.mutable_view();
  std::vector<png_bytep> rows(static_cast<std::size_t>(view.height));
  for (int y = 0; y < view.height; ++y) rows[static_cast<std::size_t>(y)] = view.row(y);
  if (!reader.read_pixels(rows.data()) || !reader.read_trailer()) return reader.status();
  photo.metadata = reader.metadata();
  MIEN_ASSIGN(const std::vector<PngChunk> chunks, png_chunks(content));
  photo.metadata.had_c2pa = has_chunk(chunks, kPngC2paChunk);
  return photo;
}

}  // namespace mien
