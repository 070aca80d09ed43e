// JPEG files out, by libjpeg-turbo. See jpeg_decode.cpp for how its longjmp is kept harmless.

#include <csetjmp>

#include "core/try.h"
#include "media/codec.h"
#include "media/jpeg_markers.h"
#include "media/libjpeg.h"
#include "media/pixel_rows.h"

namespace mien {
namespace {

// From this quality on colour is kept at full resolution: halved colour would be the largest error, seen
// first on lips.
constexpr int kFullColourQuality = 90;

// JPEG numbers ICC segments with one byte.
constexpr std::size_t kMaxIccBytes = 255 * (kMaxSegmentBytes - 14);

struct ErrorTrap {
  jpeg_error_mgr manager;  // first, so that libjpeg's pointer to it is one to the trap
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void leave(j_common_ptr info) {
  auto& trap = *reinterpret_cast<ErrorTrap*>(info->err);
  trap.manager.format_message(info, trap.message);
  std::longjmp(trap.escape, 1);
}

void ignore_text(j_common_ptr) {}

// Writes into a vector that grows. libjpeg sees it as jpeg_destination_mgr, its first member.
struct Destination {
  jpeg_destination_mgr manager;
  Bytes* output;
};

// False when there is no memory; an exception must not pass through libjpeg.
bool grow(Destination& destination, std::size_t used, std::size_t size) noexcept {
  try {
    destination.output->resize(size);
  } catch (...) {
    return false;
  }
  destination.manager.next_output_byte = destination.output->data() + used;
  destination.manager.free_in_buffer = size - used;
  return true;
}

Destination& destination_of(j_compress_ptr info) { return *reinterpret_cast<Destination*>(info->dest); }

void start_output(j_compress_ptr info) {
  if (!grow(destination_of(info), 0, 1 << 16)) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
}

boolean on_full_buffer(j_compress_ptr info) {
  Destination& destination = destination_of(info);
  const std::size_t used = destination.output->size();
  if (!grow(destination, used, used * 2)) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
  return TRUE;
}

void finish_output(j_compress_ptr info) {
  Destination& destination = destination_of(info);
  destination.output->resize(destination.output->size() - destination.manager.free_in_buffer);
}

class JpegWriter {
 public:
  explicit JpegWriter(Bytes& output) : destination_{{}, &output} {
    info_.err = jpeg_std_error(&trap_.manager);
    trap_.manager.error_exit = leave;
    trap_.manager.output_message = ignore_text;
    destination_.manager.init_destination = start_output;
    destination_.manager.empty_output_buffer = on_full_buffer;
    destination_.manager.term_destination = finish_output;
  }
  ~JpegWriter() { jpeg_destroy_compress(&info_); }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;

  // The steps in their order; each false when message() says why.
  bool start(ImageView image, int quality);
  bool write_app1(ByteView payload);
  bool write_icc(ByteView icc);
  bool write_pixels(ImageView image, std::uint8_t* rgb_row);
  const char* message() const { return trap_.message; }

 private:
  ErrorTrap trap_{};
  Destination destination_;
  jpeg_compress_struct info_{};
};

bool JpegWriter::start(ImageView image, int quality) {
  if (setjmp(trap_.escape) != 0) return false;
  jpeg_create_compress(&info_);
  info_.dest = &destination_.manager;
  info_.image_width = static_cast<JDIMENSION>(image.width);
  info_.image_height = static_cast<JDIMENSION>(image.height);
  const bool gray = image.format == PixelFormat::kGray8;
  info_.input_components = gray ? 1 : 3;
  info_.in_color_space = gray ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info_);
  jpeg_set_quality(&info_, quality, TRUE);
  const int colour_step = quality >= kFullColourQuality ? 1 : 2;
  info_.comp_info[0].h_samp_factor = gray ? 1 : colour_step;
  info_.comp_info[0].v_samp_factor = gray ? 1 : colour_step;
  jpeg_start_compress(&info_, TRUE);
  return true;
}

bool JpegWriter::write_app1(ByteView payload) {
  if (setjmp(trap_.escape) != 0) return false;
  jpeg_write_marker(&info_, kApp1, payload.data(), static_cast<unsigned>(payload.size()));
  return true;
}

bool JpegWriter::write_icc(ByteView icc) {
  if (setjmp(trap_.escape) != 0) return false;
  if (!icc.empty()) jpeg_write_icc_profile(&info_, icc.data(), static_cast<unsigned>(icc.size()));
  return true;
}

bool JpegWriter::write_pixels(ImageView image, std::uint8_t* rgb_row) {
  if (setjmp(trap_.escape) != 0) return false;
  while (info_.next_scanline < info_.image_height) {
    const int y = static_cast<int>(info_.next_scanline);
    // libjpeg does not write through this pointer.
    JSAMPROW row = rgb_row ? rgb_row : const_cast<JSAMPROW>(image.row(y));
    if (rgb_row) row_on_white(image, y, rgb_row);
    jpeg_write_scanlines(&info_, &row, 1);
  }
  jpeg_finish_compress(&info_);
  return true;
}

Status failed(const JpegWriter& writer) {
  return {Code::kInternal, std::string("cannot be encoded as JPEG (") + writer.message() + ")"};
}

}  // namespace

Result<Bytes> encode_jpeg(ImageView image, const Metadata& metadata, int quality) {
  if (metadata.icc.size() > kMaxIccBytes) {
    return Status(Code::kLimit, "the target's colour profile has " + std::to_string(metadata.icc.size()) +
                                    " bytes, a JPEG can hold " + std::to_string(kMaxIccBytes) +
                                    "; write a PNG instead");
  }
  MIEN_ASSIGN(const std::vector<Bytes> segments, app1_segments(metadata));
  const bool needs_row = image.format != PixelFormat::kRgb8 && image.format != PixelFormat::kGray8;
  Bytes rgb_row(needs_row ? static_cast<std::size_t>(image.width) * 3 : 0);
  Bytes output;
  JpegWriter writer(output);
  if (!writer.start(image, quality)) return failed(writer);
  for (const Bytes& segment : segments) {
    if (!writer.write_app1(segment)) return failed(writer);
  }
  if (!writer.write_icc(metadata.icc)) return failed(writer);
  if (!writer.write_pixels(image, needs_row ? rgb_row.data() : nullptr)) return failed(writer);
  return output;
}

}  // namespace mien
