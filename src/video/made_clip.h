// Clips made by code, for tests: pictures painted by a function, a tone, chapters, whatever a real clip may
// have.
#pragma once

#include <functional>

#include "video/clip_writer.h"
#include "video/frame_encoder.h"

namespace mien::testing {

struct MadeClip {
  int width = 320, height = 180;
  int frames = 12;
  // Paints frame i as viewers see it: turned when turn_deg says so.
  std::function<void(int frame, MutableImageView picture)> paint;
  std::function<std::int64_t(int frame)> time_ms = [](int frame) { return 40 * frame; };
  ClipEncoder encoder = ClipEncoder::kByName;
  int quality = 80;
  bool audio = false;     // AAC, 48 kHz, as long as the pictures
  bool chapters = false;  // two: "first", "second"
  int turn_deg = 0;
  AVPixelFormat pixels = AV_PIX_FMT_YUV420P;
  AVRational sample_aspect{0, 1};
  AVColorRange range = AVCOL_RANGE_MPEG;
  AVColorPrimaries primaries = AVCOL_PRI_UNSPECIFIED;
  AVColorTransferCharacteristic transfer = AVCOL_TRC_UNSPECIFIED;
  AVColorSpace matrix = AVCOL_SPC_UNSPECIFIED;
  std::string title;
  ClipLabel label;  // empty: none
};

Done make_clip(const std::filesystem::path& file, const MadeClip& clip);

// Encodes the frames that `next` fills, until it says false, and writes them with the packets that are
// carried: fuse_clip() without segments.
Done write_clip(const ClipKind& kind, const ClipFormat& format, const ClipWriteOptions& options,
                const std::function<bool(ClipFrame*)>& next, const std::vector<PacketPtr>& carried,
                std::int64_t end, ClipWriter* writer);

// A tone without pictures.
Done make_audio_only(const std::filesystem::path& file, double seconds);

}  // namespace mien::testing
