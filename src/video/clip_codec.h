// Which container and encoder an output gets, and with which settings.
#pragma once

#include "mien/status.h"
#include "video/clip_frame.h"
#include "video/clip_options.h"

namespace mien {

struct ClipKind {
  std::string container;  // FFmpeg's name: mp4, mov, matroska, webm
  const AVCodec* codec = nullptr;

  bool keeps_rotation() const { return container == "mp4" || container == "mov"; }
};

// By the file's extension and the encoder asked for; kInvalidArgument when they do not go together.
Result<ClipKind> clip_kind(const std::filesystem::path& file, ClipEncoder encoder);

// The pixels to hand to the encoder: the clip's own when it takes them, else what loses least.
AVPixelFormat pixels_for(const AVCodec& codec, AVPixelFormat native);

// Whether the encoder needs even sizes for these pixels: an odd row or column is then repeated once.
void pad_for(const AVCodec& codec, const ClipFormat& format, int* width, int* height);

// An encoder that is ready to take frames of the format.
Result<CodecPtr> open_encoder(const ClipKind& kind, const ClipFormat& format,
                              const ClipWriteOptions& options);

// Fills in the header that containers want before the first packet, for encoders that tell it with their
// first packet only (libaom). The encoder has come to its end then.
Done learn_header(const ClipFormat& format, AVCodecContext* encoder);

}  // namespace mien
