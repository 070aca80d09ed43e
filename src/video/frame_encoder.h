// Frames into packets: one run of an encoder, from its first frame to its last.
#pragma once

#include <functional>

#include "video/clip_codec.h"

namespace mien {

// Takes a finished packet; its times are those of its frame, in the clip's time base, decoding times are left
// to the writer.
using PacketSink = std::function<Done(const AVPacket& packet)>;

class FrameEncoder {
 public:
  static Result<FrameEncoder> create(const ClipKind& kind, const ClipFormat& format,
                                     const ClipWriteOptions& options, PacketSink sink);

  // Encodes the frame's planes. The encoder may keep some frames for later.
  Done write(ClipFrame* frame);
  // What it kept; nothing comes afterwards.
  Done finish();

 private:
  FrameEncoder(CodecPtr encoder, PacketSink sink) : encoder_(std::move(encoder)), sink_(std::move(sink)) {}
  Done encode(const AVFrame* frame);

  CodecPtr encoder_;
  PacketSink sink_;
  PacketPtr packet_{not_null(av_packet_alloc())};
};

}  // namespace mien
