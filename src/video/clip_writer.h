// Writes a clip: fused frames are encoded, everything else is carried over. The file appears whole or not at all.
#pragma once

#include <deque>

#include "media/file_io.h"
#include "mien/fused_image.h"
#include "video/carried_tracks.h"
#include "video/clip_label.h"

namespace mien {

// Where the tracks and the metadata come from that are not made here.
struct ClipOrigin {
  const AVFormatContext* input = nullptr;  // null: there is none
  int picture_stream = -1;
  std::int64_t shift_us = 0;  // subtracted from its times
};

class ClipWriter {
 public:
  // `format` is what frames will have: pixels as pixels_for() says, see ClipReader::deliver_as().
  static Result<std::unique_ptr<ClipWriter>> create(const std::filesystem::path& file, const ClipKind& kind, const ClipFormat& format, const ClipOrigin& origin,
                                                    const ClipLabel& label, const ClipWriteOptions& options);

  const CarriedTracks& carried() const { return carried_; }

  // Changes the frame's planes where the fused picture differs, and encodes them.
  Done write(const FusedImage& fused, ClipFrame* frame);
  // A packet of the origin's, with its stream_index and in its time base; is empty afterwards.
  Done write(AVPacket* packet);
  // Ends the file and gives it its name. end: where the last picture ends, in the clip's time base, or AV_NOPTS_VALUE; one that is far
  // away (of a truncated clip) does not count.
  Done finish(std::int64_t end);

 private:
  ClipWriter(const std::filesystem::path& file, const ClipFormat& format, const ClipLabel& label, const ClipWriteOptions& options)
      : file_(file), format_(format), label_(label), part_(file, options.overwrite ? IfExists::kReplace : IfExists::kRefuse) {}
  Done open(const ClipKind& kind, const ClipOrigin& origin, const ClipWriteOptions& options);
  void add_picture_stream(const ClipOrigin& origin);
  void add_label(bool as_tags);
  Done encode(const AVFrame* frame);
  void know_duration(std::int64_t next_pts);
  Done mux_pictures();
  Done mux(AVPacket* packet);
  Status cannot_write(int error) const;

  std::filesystem::path file_;
  ClipFormat format_;
  ClipLabel label_;
  PartFile part_;
  OutputPtr output_;
  CodecPtr encoder_;
  AVStream* pictures_ = nullptr;
  CarriedTracks carried_;
  std::vector<AVRational> origin_bases_;                         // of the input's streams
  // A picture lasts until the next one begins, so packets wait until that is known: time stamp and duration of such pictures.
  std::deque<PacketPtr> waiting_;
  std::vector<std::pair<std::int64_t, std::int64_t>> durations_;
  std::int64_t last_pts_ = AV_NOPTS_VALUE, last_step_ = 0;
  bool xmp_box_ = false;
};

}  // namespace mien
