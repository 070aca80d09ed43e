#include "video/frame_encoder.h"

#include "core/try.h"

namespace mien {

Result<FrameEncoder> FrameEncoder::create(const ClipKind& kind, const ClipFormat& format,
                                          const ClipWriteOptions& options, PacketSink sink) {
  MIEN_ASSIGN(CodecPtr encoder, open_encoder(kind, format, options));
  return FrameEncoder(std::move(encoder), std::move(sink));
}

Done FrameEncoder::write(ClipFrame* frame) {
  AVFrame* planes = frame->planes.get();
  planes->pts = frame->pts;
  planes->pict_type = AV_PICTURE_TYPE_NONE;
  return encode(planes);
}

Done FrameEncoder::finish() { return encode(nullptr); }

Done FrameEncoder::encode(const AVFrame* frame) {
  int done = avcodec_send_frame(encoder_.get(), frame);
  while (done >= 0) {
    done = avcodec_receive_packet(encoder_.get(), packet_.get());
    if (done == AVERROR(EAGAIN) || done == AVERROR_EOF) return {};
    if (done >= 0) MIEN_TRY(sink_(*packet_));
  }
  return Status(Code::kInternal, std::string("the encoder ") + encoder_->codec->name + " failed (" +
                                     ffmpeg_error(done) + "); try another one with --encoder");
}

}  // namespace mien
