// One frame of a clip: its planes as they are stored, its pixels as RGB, and the way back for what was
// changed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mien/image.h"
#include "video/ffmpeg.h"

namespace mien {

// What the pictures of a clip have in common.
struct ClipFormat {
  int width = 0, height = 0;                  // as stored, before players turn it
  AVPixelFormat pixels = AV_PIX_FMT_YUV420P;  // planar YUV, 8 to 16 bits, see can_work_on()
  AVRational time_base{1, 90000};
  AVRational frame_rate{0, 1};  // 0: unknown or varying
  AVRational sample_aspect{0, 1};
  AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
  AVColorPrimaries primaries = AVCOL_PRI_UNSPECIFIED;
  AVColorTransferCharacteristic transfer = AVCOL_TRC_UNSPECIFIED;
  AVColorSpace matrix = AVCOL_SPC_UNSPECIFIED;
  AVChromaLocation chroma_location = AVCHROMA_LOC_UNSPECIFIED;
  int turn_deg = 0;  // clockwise, 0, 90, 180 or 270: how players turn it to be upright

  bool full_range() const { return range == AVCOL_RANGE_JPEG; }
};

// Planar YUV without alpha, little-endian, at most 16 bits.
bool can_work_on(AVPixelFormat format);
// The same planes without the hint "full range" in the name (yuvj420p is yuv420p).
AVPixelFormat without_range(AVPixelFormat format);

// The matrix's weights of red and blue in luma. Unspecified: BT.601 up to 576 lines, BT.709 above, as players
// do.
struct LumaWeights {
  double red = 0, blue = 0;
};
AVColorSpace effective_matrix(const ClipFormat& format);
LumaWeights luma_weights(AVColorSpace matrix);

// Buffers are reused from frame to frame.
struct ClipFrame {
  FramePtr planes{not_null(av_frame_alloc())};  // clip's size, or one more where the encoder wants even sizes
  std::vector<std::uint8_t> rgb_bytes;  // of the planes, not turned; empty until an RgbReader fills them
  int width = 0, height = 0;
  Image upright;  // only when the clip is turned
  int turn_deg = 0;
  std::int64_t pts = 0;  // in the clip's time base
  double seconds = 0;

  static std::ptrdiff_t rgb_stride(int width) {
    return (3 * static_cast<std::ptrdiff_t>(width) + 63) / 64 * 64;
  }
  ImageView rgb() const { return {rgb_bytes.data(), width, height, rgb_stride(width), PixelFormat::kRgb8}; }
  void swap_pixels(ClipFrame* other) { rgb_bytes.swap(other->rgb_bytes), std::swap(upright, other->upright); }
  // As viewers see it: what is to be fused.
  ImageView picture() const { return turn_deg == 0 ? rgb() : upright.view(); }
};

// Makes `frame.planes` a buffer of its own of this format; the memory there is stays when it fits and nobody
// else uses it.
void prepare_planes(const ClipFormat& format, int padded_width, int padded_height, ClipFrame* frame);

// Fills frame.rgb() and frame.upright from its planes.
class RgbReader {
 public:
  explicit RgbReader(const ClipFormat& format);
  void read(ClipFrame* frame) const;

 private:
  ClipFormat format_;
  ScalerPtr scaler_;
};

// Carries the difference between `changed` (upright, as picture()) and the frame's pixels into its planes.
// Samples whose pixels did not change keep every bit; where pixels change, the planes change by the
// difference, so more than 8 bits and colours beyond RGB survive.
void write_changes(const ClipFormat& format, ImageView changed, ClipFrame* frame);
// The same when it is known where pixels may have changed, as FusedImage::changed() tells: the others are not
// looked at.
void write_changes(const ClipFormat& format, ImageView changed, std::span<const PixelRect> where,
                   ClipFrame* frame);

}  // namespace mien
