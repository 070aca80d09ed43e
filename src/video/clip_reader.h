// Reads a clip: frames of its picture track, and the packets of all tracks that are carried over as they are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mien/status.h"
#include "video/clip_frame.h"
#include "video/clip_options.h"

namespace mien {

enum class ClipItem { kFrame, kPacket, kEnd };

class ClipReader {
 public:
  // Only files, only containers that is_clip_file() knows. kNotFound, kUnreadable with the file's name.
  static Result<std::unique_ptr<ClipReader>> open(const std::filesystem::path& file, const ClipSpan& span,
                                                  int threads);

  // How frames are delivered; format().pixels is the clip's own until deliver_as() says otherwise. Before the
  // first next().
  const ClipFormat& format() const { return format_; }
  void deliver_as(AVPixelFormat pixels, int padded_width, int padded_height);

  // What comes next in the file. kFrame fills the planes of `frame`; kPacket fills `packet`, its stream_index
  // and time base those of input().
  Result<ClipItem> next(ClipFrame* frame, AVPacket* packet);

  // Fills frame->picture() from its planes. May run on another thread than next() does.
  void read_rgb(ClipFrame* frame);

  // Decodes the next `count` frames and gives them to nobody. Fewer when the clip ends before.
  Done skip(int count);
  // From here on next() gives no frames, only packets.
  void skip_pictures();

  // Packets of this stream are wanted; all others are skipped.
  void carry(int stream) { input_->streams[stream]->discard = AVDISCARD_DEFAULT; }

  const AVFormatContext& input() const { return *input_; }
  int picture_stream() const { return stream_; }
  std::string codec_name() const { return avcodec_get_name(decoder_->codec_id); }
  double start_seconds() const { return start_; }  // of what is taken, in the file's time
  double length_seconds() const;                   // of what is taken; 0 when the file does not say
  std::int64_t end_pts() const;  // where the last picture ends; AV_NOPTS_VALUE when the file does not say
  std::int64_t shift_us() const { return shift_us_; }  // subtracted from all times that are delivered

  bool jumped_back() const { return jumped_at_.has_value(); }  // so it ended before the file does
  // What was wrong with the file, known after the end; sentences.
  std::vector<std::string> remarks() const;

 private:
  ClipReader() = default;
  Done open_decoder(int threads);
  void read_format();
  Done seek(const ClipSpan& span);
  Result<bool> take_frame(ClipFrame* frame);  // null: the frame is skipped
  bool take_packet(AVPacket* packet);
  bool jumps_back(const AVPacket& packet);
  Done convert(ClipFrame* frame);
  bool within(std::int64_t time, AVRational base, std::int64_t length) const;

  std::string name_;
  InputPtr input_;
  CodecPtr decoder_;
  FramePtr raw_{not_null(av_frame_alloc())};
  ScalerPtr to_planes_;
  std::unique_ptr<RgbReader> rgb_;
  ClipFormat format_;
  int stream_ = -1, padded_width_ = 0, padded_height_ = 0;
  double start_ = 0, end_ = 0;  // end 0: to the end
  std::int64_t shift_us_ = 0, last_pts_ = AV_NOPTS_VALUE;
  double last_end_ = 0;  // seconds in the file's time up to which there are frames
  int frames_ = 0, damaged_ = 0;
  std::vector<std::int64_t> last_dts_;  // of each stream
  std::optional<double> jumped_at_;     // seconds in the file's time at which times jump back: the end
  bool draining_ = false, pictures_done_ = false;
};

}  // namespace mien
