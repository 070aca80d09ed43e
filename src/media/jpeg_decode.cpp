// JPEG files in, by libjpeg-turbo.
//
// libjpeg reports errors by longjmp. That is sound in C++ only if no destructor is jumped over, so every
// function that calls setjmp here owns nothing, and everything that owns memory lives in the caller or in
// JpegReader itself.

#include <csetjmp>
#include <cstdlib>
#include <memory>
#include <optional>

#include "core/try.h"
#include "media/codec.h"
#include "media/colour_profile.h"
#include "media/jpeg_markers.h"
#include "media/libjpeg.h"

namespace mien {
namespace {

// A progressive file may ask for any number of passes over the whole picture; real ones have about ten.
constexpr int kMaxScans = 500;

struct ErrorTrap {
  jpeg_error_mgr manager;  // first, so that libjpeg's pointer to it is one to the trap
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
  bool at_end_of_data;
};

ErrorTrap& trap_of(j_common_ptr info) { return *reinterpret_cast<ErrorTrap*>(info->err); }

[[noreturn]] void leave(j_common_ptr info) {
  ErrorTrap& trap = trap_of(info);
  trap.manager.format_message(info, trap.message);
  std::longjmp(trap.escape, 1);
}

// libjpeg goes on after damage and shows grey or garbage; we do not. Other warnings (stray bytes, odd
// headers) are harmless.
void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
      leave(info);
    default:
      ++info->err->num_warnings;
  }
}

void ignore_text(j_common_ptr) {}
void ignore(j_decompress_ptr) {}

boolean on_end_of_data(j_decompress_ptr info) {
  trap_of(reinterpret_cast<j_common_ptr>(info)).at_end_of_data = true;
  ERREXIT(info, JERR_INPUT_EOF);
  return FALSE;
}

void skip_bytes(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if (static_cast<std::size_t>(count) > info->src->bytes_in_buffer) on_end_of_data(info);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= static_cast<std::size_t>(count);
}

void limit_scans(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMaxScans) {
    ErrorTrap& trap = trap_of(info);
    std::snprintf(trap.message, sizeof trap.message, "more than %d passes", kMaxScans);
    std::longjmp(trap.escape, 1);
  }
}

// CMYK to RGB for files without a profile. Adobe's programs store ink inverted (255 is none), others do not.
void rgb_from_cmyk(const std::uint8_t* cmyk, int width, bool inverted, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    const int paper = inverted ? cmyk[3] : 255 - cmyk[3];
    for (int c = 0; c < 3; ++c) {
      const int light = inverted ? cmyk[c] : 255 - cmyk[c];
      rgb[c] = static_cast<std::uint8_t>((light * paper + 127) / 255);
    }
  }
}

class JpegReader {
 public:
  explicit JpegReader(ByteView content) : content_(content) {
    info_.err = jpeg_std_error(&trap_.manager);
    trap_.manager.error_exit = leave;
    trap_.manager.emit_message = on_message;
    trap_.manager.output_message = ignore_text;
    source_.init_source = ignore;
    source_.fill_input_buffer = on_end_of_data;
    source_.skip_input_data = skip_bytes;
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.term_source = ignore;
    progress_.progress_monitor = limit_scans;
  }
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  // The steps in their order; each false when status() says why the file is refused.
  bool read_header();
  bool read_icc(JOCTET** icc, unsigned* bytes);
  // cmyk_row: memory for a row of inks, null when the picture has none; of_inks: their profile, null for the
  // plain formula.
  bool read_pixels(MutableImageView rgb, std::uint8_t* cmyk_row, const ColourTransform* of_inks);

  Status status() const {
    if (trap_.at_end_of_data) return truncated(content_);
    return damaged(FileFormat::kJpeg, trap_.message);
  }
  const jpeg_decompress_struct& info() const { return info_; }
  bool is_cmyk() const { return info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK; }

 private:
  ByteView content_;
  ErrorTrap trap_{};
  jpeg_source_mgr source_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct info_{};
};

bool JpegReader::read_header() {
  if (setjmp(trap_.escape) != 0) return false;
  jpeg_create_decompress(&info_);
  source_.next_input_byte = content_.data();
  source_.bytes_in_buffer = content_.size();
  info_.src = &source_;
  info_.progress = &progress_;
  for (const int marker : {kApp1, kApp2, kApp11}) jpeg_save_markers(&info_, marker, 0xFFFF);
  jpeg_read_header(&info_, TRUE);
  return true;
}

bool JpegReader::read_icc(JOCTET** icc, unsigned* bytes) {
  if (setjmp(trap_.escape) != 0) return false;
  if (!jpeg_read_icc_profile(&info_, icc, bytes)) *icc = nullptr;
  return true;
}

bool JpegReader::read_pixels(MutableImageView rgb, std::uint8_t* cmyk_row, const ColourTransform* of_inks) {
  if (setjmp(trap_.escape) != 0) return false;
  info_.out_color_space = cmyk_row ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&info_);
  while (info_.output_scanline < info_.output_height) {
    std::uint8_t* row = rgb.row(static_cast<int>(info_.output_scanline));
    JSAMPROW target = cmyk_row ? cmyk_row : row;
    jpeg_read_scanlines(&info_, &target, 1);
    if (of_inks) {
      of_inks->run(cmyk_row, row, rgb.width);
    } else if (cmyk_row) {
      rgb_from_cmyk(cmyk_row, rgb.width, info_.saw_Adobe_marker, row);
    }
  }
  // Reads on to the end marker, so that a cut-off file is noticed however little is missing.
  jpeg_finish_decompress(&info_);
  return true;
}

Result<Metadata> metadata_of(JpegReader& reader) {
  Metadata metadata = metadata_from_markers(reader.info().marker_list);
  JOCTET* icc = nullptr;
  unsigned icc_bytes = 0;
  if (!reader.read_icc(&icc, &icc_bytes)) return reader.status();
  const std::unique_ptr<JOCTET, decltype(&std::free)> owner(icc, &std::free);
  if (icc) metadata.icc.assign(icc, icc + icc_bytes);
  return metadata;
}

}  // namespace

Result<Metadata> jpeg_metadata(ByteView content) {
  JpegReader reader(content);
  if (!reader.read_header()) return reader.status();
  return metadata_of(reader);
}

Result<Photo> decode_jpeg(ByteView content, const DecodeLimits& limits) {
  JpegReader reader(content);
  if (!reader.read_header()) return reader.status();
  const int width = static_cast<int>(reader.info().image_width),
            height = static_cast<int>(reader.info().image_height);
  MIEN_TRY(check_size(width, height, limits));
  Photo photo;
  photo.format = FileFormat::kJpeg;
  photo.bits = reader.info().data_precision;
  MIEN_ASSIGN(photo.metadata, metadata_of(reader));
  photo.image.resize(width, height, PixelFormat::kRgb8);
  Bytes cmyk_row(reader.is_cmyk() ? static_cast<std::size_t>(width) * 4 : 0);
  std::optional<ColourTransform> of_inks;
  if (reader.is_cmyk() && profile_space(photo.metadata.icc) == "CMYK") {
    auto made = ColourTransform::to_srgb(
        photo.metadata.icc, reader.info().saw_Adobe_marker ? Numbers::kCmykInverted : Numbers::kCmyk);
    if (made.ok()) {
      of_inks = std::move(*made);
    } else {
      photo.remark = made.status().message() + "; the inks are converted without it";
    }
  }
  if (!reader.read_pixels(photo.image.mutable_view(), reader.is_cmyk() ? cmyk_row.data() : nullptr,
                          of_inks ? &*of_inks : nullptr)) {
    return reader.status();
  }
  return photo;
}

}  // namespace mien
