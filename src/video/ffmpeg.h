// FFmpeg's types with owners, and its errors as sentences. Included in src/video only.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libswscale/swscale.h>
}

#include <filesystem>
#include <memory>
#include <string>

namespace mien {

template <auto Free>
struct FreedByAddress {
  template <class T>
  void operator()(T* pointer) const {
    Free(&pointer);
  }
};
struct OutputCloser {
  void operator()(AVFormatContext* context) const;
};

using FramePtr = std::unique_ptr<AVFrame, FreedByAddress<av_frame_free>>;
using PacketPtr = std::unique_ptr<AVPacket, FreedByAddress<av_packet_free>>;
using CodecPtr = std::unique_ptr<AVCodecContext, FreedByAddress<avcodec_free_context>>;
using InputPtr = std::unique_ptr<AVFormatContext, FreedByAddress<avformat_close_input>>;
using OutputPtr = std::unique_ptr<AVFormatContext, OutputCloser>;  // closes its file
struct ScalerDeleter {
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};
using ScalerPtr = std::unique_ptr<SwsContext, ScalerDeleter>;

// For allocations: throws std::bad_alloc when FFmpeg gave null.
template <class T>
T* not_null(T* pointer) {
  if (pointer == nullptr) throw std::bad_alloc();
  return pointer;
}

// "No space left on device"
std::string ffmpeg_error(int error);

// The library prints nothing, so FFmpeg must not either. Call before anything else of it.
void silence_ffmpeg();

// As FFmpeg wants a file's name, so that none is taken for a protocol or a pattern.
std::string ffmpeg_name(const std::filesystem::path& file);

// A dictionary that frees itself.
class Dictionary {
 public:
  Dictionary() = default;
  ~Dictionary() { av_dict_free(&entries_); }
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;
  void set(const char* key, const std::string& value) { av_dict_set(&entries_, key, value.c_str(), 0); }
  AVDictionary** address() { return &entries_; }

 private:
  AVDictionary* entries_ = nullptr;
};

// An entry's text; empty when there is none. Upper and lower case are the same.
std::string metadata_text(const AVDictionary* entries, const char* key);

}  // namespace mien
