// Writes a clip from encoded pictures and what is carried over. The file appears whole or not at all.
#pragma once

#include "media/file_io.h"
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
  // `format` is what frames have: pixels as pixels_for() says, see ClipReader::deliver_as(). Says what cannot
  // work, and writes nothing yet.
  static Result<std::unique_ptr<ClipWriter>> create(const std::filesystem::path& file, const ClipKind& kind,
                                                    const ClipFormat& format, const ClipOrigin& origin,
                                                    const ClipLabel& label, const ClipWriteOptions& options);

  const CarriedTracks& carried() const { return carried_; }

  // Begins the file. times: of all pictures, in order, in the clip's time base. end: where the last one ends,
  // or AV_NOPTS_VALUE; one that is far away (of a truncated clip) does not count.
  Done begin(std::vector<std::int64_t> times, std::int64_t end);
  // The next encoded picture, in the encoder's order, as a PacketSink gets it; is empty afterwards.
  Done write_picture(AVPacket* packet);
  // A packet of the origin's, with its stream_index and in its time base; is empty afterwards.
  Done write_carried(AVPacket* packet);
  // Ends the file and gives it its name.
  Done finish();

 private:
  ClipWriter(const std::filesystem::path& file, const ClipFormat& format, const ClipLabel& label,
             const ClipWriteOptions& options)
      : file_(file),
        format_(format),
        label_(label),
        part_(file, options.overwrite ? IfExists::kReplace : IfExists::kRefuse, options.part_folder) {}
  Done open(const ClipKind& kind, const ClipOrigin& origin, const ClipWriteOptions& options);
  void add_picture_stream(const ClipOrigin& origin, const AVCodecContext& encoder);
  void add_label(bool as_tags);
  Done mux(AVPacket* packet);
  Status cannot_write(int error) const;

  std::filesystem::path file_;
  ClipFormat format_;
  ClipLabel label_;
  PartFile part_;
  OutputPtr output_;
  AVStream* pictures_ = nullptr;
  int reordered_ = 0;  // pictures that the encoder may hold back to give a later one first
  CarriedTracks carried_;
  std::vector<AVRational> origin_bases_;  // of the input's streams
  std::vector<std::int64_t> times_;       // of the pictures, and where the last one ends
  std::size_t pictures_written_ = 0;
  bool xmp_box_ = false;
};

}  // namespace mien
