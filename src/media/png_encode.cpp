// PNG files out, by libpng. Errors come by longjmp; see jpeg_decode.cpp for how that is kept harmless.
#include <png.h>

#include <csetjmp>
#include <cstdio>

#include "media/codec.h"
#include "media/png_chunks.h"

namespace mien {
namespace {

// zlib's scale of 0 to 9. On photos 3 costs a few percent of size against 6 and takes a third of the time.
constexpr int kCompressionLevel = 3;

class PngWriter {
 public:
  explicit PngWriter(Bytes& output) : output_(output) {}
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  // xmp is a text that ends in 0, or nullptr. False when message() says why.
  bool write(ImageView image, const Metadata& metadata, char* xmp);
  const char* message() const { return message_; }

 private:
  static void on_error(png_structp png, png_const_charp message) {
    auto* writer = static_cast<PngWriter*>(png_get_error_ptr(png));
    std::snprintf(writer->message_, sizeof writer->message_, "%s", message);
    png_longjmp(png, 1);
  }
  static void ignore_warning(png_structp, png_const_charp) {}
  static void ignore_flush(png_structp) {}
  // False when there is no memory; an exception must not pass through libpng.
  bool append(const std::uint8_t* data, std::size_t size) noexcept {
    try {
      output_.insert(output_.end(), data, data + size);
      return true;
    } catch (...) {
      return false;
    }
  }
  static void write_bytes(png_structp png, png_bytep data, std::size_t size) {
    if (!static_cast<PngWriter*>(png_get_io_ptr(png))->append(data, size)) png_error(png, "out of memory");
  }
  void set_header(ImageView image);
  void set_metadata(const Metadata& metadata, char* xmp);

  Bytes& output_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  char message_[128] = "no memory for the encoder";
};

void PngWriter::set_header(ImageView image) {
  const int colour = image.format == PixelFormat::kGray8 ? PNG_COLOR_TYPE_GRAY
                     : has_alpha(image.format)           ? PNG_COLOR_TYPE_RGB_ALPHA
                                                         : PNG_COLOR_TYPE_RGB;
  png_set_IHDR(png_, info_, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height), 8,
               colour, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level(png_, kCompressionLevel);
}

void PngWriter::set_metadata(const Metadata& metadata, char* xmp) {
  // A profile that libpng finds faulty is left out with a warning; it must not stop the picture from being
  // written.
  png_set_benign_errors(png_, 1);
  if (!metadata.icc.empty()) {
    png_set_iCCP(png_, info_, "ICC Profile", PNG_COMPRESSION_TYPE_BASE, metadata.icc.data(),
                 static_cast<png_uint_32>(metadata.icc.size()));
  }
  if (!metadata.exif.empty()) {
    // libpng copies the block and does not write through this pointer.
    png_set_eXIf_1(png_, info_, static_cast<png_uint_32>(metadata.exif.size()),
                   const_cast<png_bytep>(metadata.exif.data()));
  }
  if (xmp) {
    png_text text{};
    text.compression = PNG_ITXT_COMPRESSION_NONE;  // so that tools which search for the packet find it
    text.key = const_cast<png_charp>(kPngXmpKey);
    text.text = xmp;
    png_set_text(png_, info_, &text, 1);
  }
}

bool PngWriter::write(ImageView image, const Metadata& metadata, char* xmp) {
  png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, on_error, ignore_warning);
  if (!png_) return false;
  if (setjmp(png_jmpbuf(png_)) != 0) return false;
  info_ = png_create_info_struct(png_);
  if (!info_) return false;
  png_set_write_fn(png_, this, write_bytes, ignore_flush);
  set_header(image);
  set_metadata(metadata, xmp);
  png_write_info(png_, info_);
  if (red_offset(image.format) == 2) png_set_bgr(png_);
  for (int y = 0; y < image.height; ++y) png_write_row(png_, image.row(y));
  png_write_end(png_, nullptr);
  return true;
}

}  // namespace

Result<Bytes> encode_png(ImageView image, const Metadata& metadata) {
  std::string xmp(as_text(metadata.xmp));
  Bytes output;
  PngWriter writer(output);
  if (!writer.write(image, metadata, xmp.empty() ? nullptr : xmp.data())) {
    return Status(Code::kInternal, std::string("cannot be encoded as PNG (") + writer.message() + ")");
  }
  return output;
}

}  // namespace mien
