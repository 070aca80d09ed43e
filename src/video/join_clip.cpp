#include "video/join_clip.h"

#include "core/try.h"
#include "video/clip_reader.h"

namespace mien {
namespace {

// The carried tracks' packets, in the file's order.
class CarriedPackets {
 public:
  static Result<CarriedPackets> open(const std::filesystem::path& clip, const ClipSpan& span,
                                     const CarriedTracks& carried) {
    CarriedPackets out;
    if (!carried.any()) return out;
    MIEN_ASSIGN(out.reader_, ClipReader::open(clip, span, 1));
    out.reader_->skip_pictures();
    for (std::size_t i = 0; i < carried.output_of_input.size(); ++i) {
      if (carried.output_of_input[i] >= 0) out.reader_->carry(static_cast<int>(i));
    }
    return out;
  }

  // False: there are no more.
  Result<bool> next(AVPacket* packet) {
    if (reader_ == nullptr) return false;
    MIEN_ASSIGN(const ClipItem what, reader_->next(nullptr, packet));
    return what == ClipItem::kPacket;
  }

  bool jumped_back() const { return reader_ != nullptr && reader_->jumped_back(); }

  double seconds(const AVPacket& packet) const {
    const std::int64_t time = packet.dts != AV_NOPTS_VALUE ? packet.dts : packet.pts;
    return static_cast<double>(time) * av_q2d(reader_->input().streams[packet.stream_index]->time_base);
  }

 private:
  std::unique_ptr<ClipReader> reader_;
};

}  // namespace

Done join_clip(const std::filesystem::path& clip, const ClipSpan& span, const ClipSegments& segments,
               std::int64_t end, AVRational time_base, ClipWriter* writer, bool* jumped_back) {
  MIEN_TRY(writer->begin(segments.times(), end));
  MIEN_ASSIGN(CarriedPackets carried, CarriedPackets::open(clip, span, writer->carried()));
  SegmentPackets pictures(segments);
  const PacketPtr picture(not_null(av_packet_alloc())), other(not_null(av_packet_alloc()));
  MIEN_ASSIGN(bool more_pictures, pictures.next(picture.get()));
  MIEN_ASSIGN(bool more_others, carried.next(other.get()));
  // In the order of time, so that the container need not hold much back.
  while (more_pictures || more_others) {
    if (more_pictures &&
        (!more_others || static_cast<double>(picture->pts) * av_q2d(time_base) <= carried.seconds(*other))) {
      MIEN_TRY(writer->write_picture(picture.get()));
      MIEN_ASSIGN(more_pictures, pictures.next(picture.get()));
    } else {
      MIEN_TRY(writer->write_carried(other.get()));
      MIEN_ASSIGN(more_others, carried.next(other.get()));
    }
  }
  *jumped_back = carried.jumped_back();
  return writer->finish();
}

}  // namespace mien
