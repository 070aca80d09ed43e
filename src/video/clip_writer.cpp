#include "video/clip_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/try.h"

namespace mien {
namespace {

constexpr int kLongestLastStep = 3;  // how much longer than the one before it the last picture may be shown

}  // namespace

Result<std::unique_ptr<ClipWriter>> ClipWriter::create(const std::filesystem::path& file,
                                                       const ClipKind& kind, const ClipFormat& format,
                                                       const ClipOrigin& origin, const ClipLabel& label,
                                                       const ClipWriteOptions& options) {
  silence_ffmpeg();
  MIEN_TRY(check_can_write(file, options.overwrite ? IfExists::kReplace : IfExists::kRefuse));
  if (format.turn_deg != 0 && !kind.keeps_rotation()) {
    return Status(Code::kInvalidArgument, file.string() + ": the clip is turned by " +
                                              std::to_string(format.turn_deg) +
                                              " degrees when it is shown, which " + kind.container +
                                              " cannot say; write .mp4 or .mov");
  }
  std::unique_ptr<ClipWriter> writer(new ClipWriter(file, format, label, options));
  const Done done = writer->open(kind, origin, options);
  if (!done.ok()) return done.status().with_context(file.string());
  return writer;
}

Done ClipWriter::open(const ClipKind& kind, const ClipOrigin& origin, const ClipWriteOptions& options) {
  AVFormatContext* context = nullptr;
  avformat_alloc_output_context2(&context, nullptr, kind.container.c_str(),
                                 ffmpeg_name(part_.part()).c_str());
  output_.reset(not_null(context));
  MIEN_ASSIGN(const CodecPtr encoder,
              open_encoder(kind, format_, options));  // for what it says about its packets
  MIEN_TRY(learn_header(format_, encoder.get()));
  reordered_ = encoder->has_b_frames;
  xmp_box_ = kind.keeps_rotation();
  add_picture_stream(origin, *encoder);
  if (origin.input) {
    MIEN_ASSIGN(carried_,
                carry_tracks(*origin.input, origin.picture_stream, kind, options.keep_audio, output_.get()));
    carry_metadata(*origin.input, origin.shift_us, output_.get());
    for (unsigned i = 0; i < origin.input->nb_streams; ++i)
      origin_bases_.push_back(origin.input->streams[i]->time_base);
  }
  add_label(!xmp_box_);
  return {};
}

void ClipWriter::add_picture_stream(const ClipOrigin& origin, const AVCodecContext& encoder) {
  pictures_ = not_null(avformat_new_stream(output_.get(), nullptr));
  if (avcodec_parameters_from_context(pictures_->codecpar, &encoder) < 0) throw std::bad_alloc();
  if (pictures_->codecpar->codec_id == AV_CODEC_ID_HEVC && xmp_box_)
    pictures_->codecpar->codec_tag = MKTAG('h', 'v', 'c', '1');  // the only one that Apple's players take
  pictures_->time_base = format_.time_base;
  pictures_->avg_frame_rate = format_.frame_rate;
  pictures_->sample_aspect_ratio = format_.sample_aspect;
  if (origin.input) {
    carry_stream_facts(*origin.input->streams[origin.picture_stream], pictures_);
  } else if (format_.turn_deg != 0) {
    auto* matrix = reinterpret_cast<std::int32_t*>(
        not_null(av_stream_new_side_data(pictures_, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(std::int32_t))));
    av_display_rotation_set(matrix, format_.turn_deg);
  }
}

void ClipWriter::add_label(bool as_tags) {
  AVDictionary** tags = &output_->metadata;
  if (!label_.aigc.empty()) av_dict_set(tags, kClipAigcKey, label_.aigc.c_str(), 0);
  if (!as_tags) return;
  if (!label_.xmp.empty()) av_dict_set(tags, kClipXmpKey, label_.xmp.c_str(), 0);
  if (!label_.digital_source_type.empty())
    av_dict_set(tags, kClipSourceTypeKey, label_.digital_source_type.c_str(), 0);
}

Done ClipWriter::begin(std::vector<std::int64_t> times, std::int64_t end) {
  times_ = std::move(times);
  if (!times_.empty()) {
    const std::size_t n = times_.size();
    const std::int64_t last = times_.back(), step = n > 1 ? last - times_[n - 2] : 0;
    const std::int64_t usual =
        step > 0
            ? step
            : av_rescale_q(1, av_inv_q(format_.frame_rate.num > 0 ? format_.frame_rate : AVRational{25, 1}),
                           format_.time_base);
    const bool plausible = end != AV_NOPTS_VALUE && end > last && end - last <= kLongestLastStep * usual;
    times_.push_back(plausible ? end : last + std::max<std::int64_t>(usual, 1));
  }
  Dictionary settings;
  if (xmp_box_)
    settings.set("movflags", "use_metadata_tags+faststart");  // keys of any name; playable while it loads
  int done = avio_open(&output_->pb, output_->url, AVIO_FLAG_WRITE);
  if (done >= 0) done = avformat_write_header(output_.get(), settings.address());
  if (done < 0) return cannot_write(done).with_context(file_.string());
  return {};
}

// The container wants to know when a picture is decoded, too: as many pictures ahead of those shown as the
// encoder may reorder, counted over the whole clip, so that segments that were encoded apart make one row.
Done ClipWriter::write_picture(AVPacket* packet) {
  const auto shown = std::lower_bound(times_.begin(), times_.end(), packet->pts);
  if (times_.empty() || shown >= times_.end() - 1 || *shown != packet->pts ||
      pictures_written_ + 1 >= times_.size()) {
    return Status(Code::kInternal, file_.string() + ": the encoder gave a picture for time " +
                                       std::to_string(packet->pts) + ", at which there is none");
  }
  packet->duration = shown[1] - shown[0];
  const std::size_t ahead = std::min(static_cast<std::size_t>(reordered_), times_.size() - 2),
                    k = pictures_written_++;
  packet->dts = k < ahead ? times_[k] - (times_[ahead] - times_[0]) : times_[k - ahead];
  av_packet_rescale_ts(packet, format_.time_base, pictures_->time_base);
  packet->stream_index = pictures_->index;
  return mux(packet);
}

Done ClipWriter::write_carried(AVPacket* packet) {
  const auto input = static_cast<std::size_t>(packet->stream_index);
  const int output = input < carried_.output_of_input.size() ? carried_.output_of_input[input] : -1;
  if (output < 0) {
    av_packet_unref(packet);
    return {};
  }
  av_packet_rescale_ts(packet, origin_bases_[input], output_->streams[output]->time_base);
  packet->stream_index = output;
  packet->pos = -1;
  return mux(packet);
}

Done ClipWriter::mux(AVPacket* packet) {
  const int done = av_interleaved_write_frame(output_.get(), packet);
  if (done < 0) return cannot_write(done).with_context(file_.string());
  return {};
}

Done ClipWriter::finish() {
  int done = av_write_trailer(output_.get());
  const int closed = avio_closep(&output_->pb);
  if (done >= 0) done = closed;
  if (done < 0) return cannot_write(done).with_context(file_.string());
  if (xmp_box_ && !label_.xmp.empty()) {
    std::ofstream out(part_.part(), std::ios::binary | std::ios::app);
    out << xmp_box(label_.xmp);
    if (!out.flush()) return cannot_write(AVERROR(errno ? errno : EIO)).with_context(file_.string());
  }
  return part_.place();
}

Status ClipWriter::cannot_write(int error) const {
  const char* advice = error == AVERROR(ENOSPC) || error == AVERROR(EDQUOT) || error == AVERROR(EFBIG)
                           ? "; free some space or choose another disk"
                           : "";
  if (error == AVERROR(EINVAL))
    advice = std::strcmp(output_->oformat->name, "matroska") == 0
                 ? "; some track's packets do not fit together, leave sound out with --audio drop"
                 : "; the container does not take these tracks together, write .mkv";
  return {Code::kUnwritable, "cannot be written (" + ffmpeg_error(error) + ")" + advice};
}

}  // namespace mien
