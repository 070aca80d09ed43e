#include "video/clip_writer.h"

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "core/try.h"

namespace mien {
namespace {

constexpr int kLongestLastStep = 3;  // how much longer than the one before it the last picture may be shown

}  // namespace

Result<std::unique_ptr<ClipWriter>> ClipWriter::create(const std::filesystem::path& file, const ClipKind& kind, const ClipFormat& format, const ClipOrigin& origin,
                                                       const ClipLabel& label, const ClipWriteOptions& options) {
  silence_ffmpeg();
  MIEN_TRY(check_can_write(file, options.overwrite ? IfExists::kReplace : IfExists::kRefuse));
  if (format.turn_deg != 0 && !kind.keeps_rotation()) {
    return Status(Code::kInvalidArgument, file.string() + ": the clip is turned by " + std::to_string(format.turn_deg) + " degrees when it is shown, which " + kind.container +
                                              " cannot say; write .mp4 or .mov");
  }
  std::unique_ptr<ClipWriter> writer(new ClipWriter(file, format, label, options));
  const Done done = writer->open(kind, origin, options);
  if (!done.ok()) return done.status().with_context(file.string());
  return writer;
}

Done ClipWriter::open(const ClipKind& kind, const ClipOrigin& origin, const ClipWriteOptions& options) {
  AVFormatContext* context = nullptr;
  avformat_alloc_output_context2(&context, nullptr, kind.container.c_str(), ffmpeg_name(part_.part()).c_str());
  output_.reset(not_null(context));
  MIEN_ASSIGN(encoder_, open_encoder(kind, format_, options, (output_->oformat->flags & AVFMT_GLOBALHEADER) != 0));
  add_picture_stream(origin);
  if (origin.input) {
    MIEN_ASSIGN(carried_, carry_tracks(*origin.input, origin.picture_stream, kind, options.keep_audio, output_.get()));
    carry_metadata(*origin.input, origin.shift_us, output_.get());
    for (unsigned i = 0; i < origin.input->nb_streams; ++i) origin_bases_.push_back(origin.input->streams[i]->time_base);
  }
  xmp_box_ = kind.keeps_rotation();
  add_label(!xmp_box_);
  Dictionary settings;
  if (xmp_box_) settings.set("movflags", "use_metadata_tags+faststart");  // keys of any name; playable while it loads
  int done = avio_open(&output_->pb, output_->url, AVIO_FLAG_WRITE);
  if (done >= 0) done = avformat_write_header(output_.get(), settings.address());
  if (done < 0) return cannot_write(done);
  return {};
}

void ClipWriter::add_picture_stream(const ClipOrigin& origin) {
  pictures_ = not_null(avformat_new_stream(output_.get(), nullptr));
  if (avcodec_parameters_from_context(pictures_->codecpar, encoder_.get()) < 0) throw std::bad_alloc();
  pictures_->time_base = format_.time_base;
  pictures_->avg_frame_rate = format_.frame_rate;
  pictures_->sample_aspect_ratio = format_.sample_aspect;
  if (origin.input) {
    carry_stream_facts(*origin.input->streams[origin.picture_stream], pictures_);
  } else if (format_.turn_deg != 0) {
    auto* matrix = reinterpret_cast<std::int32_t*>(not_null(av_stream_new_side_data(pictures_, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(std::int32_t))));
    av_display_rotation_set(matrix, format_.turn_deg);
  }
}

void ClipWriter::add_label(bool as_tags) {
  AVDictionary** tags = &output_->metadata;
  if (!label_.aigc.empty()) av_dict_set(tags, kClipAigcKey, label_.aigc.c_str(), 0);
  if (!as_tags) return;
  if (!label_.xmp.empty()) av_dict_set(tags, kClipXmpKey, label_.xmp.c_str(), 0);
  if (!label_.digital_source_type.empty()) av_dict_set(tags, kClipSourceTypeKey, label_.digital_source_type.c_str(), 0);
}

Done ClipWriter::write(const FusedImage& fused, ClipFrame* frame) {
  const ImageView picture = frame->picture(), changed = fused.view();
  if (changed.width != picture.width || changed.height != picture.height || changed.format != picture.format) {
    return Status(Code::kInternal, file_.string() + ": the fused picture has another size than its frame");
  }
  write_changes(format_, changed, frame);
  AVFrame* planes = frame->planes.get();
  planes->pts = frame->pts;
  planes->pict_type = AV_PICTURE_TYPE_NONE;
  if (last_pts_ != AV_NOPTS_VALUE) know_duration(frame->pts);
  last_pts_ = frame->pts;
  return encode(planes);
}

void ClipWriter::know_duration(std::int64_t next_pts) {
  last_step_ = next_pts - last_pts_;
  durations_.emplace_back(last_pts_, last_step_);
}

Done ClipWriter::encode(const AVFrame* frame) {
  int done = avcodec_send_frame(encoder_.get(), frame);
  while (done >= 0) {
    PacketPtr packet(not_null(av_packet_alloc()));
    done = avcodec_receive_packet(encoder_.get(), packet.get());
    if (done == AVERROR(EAGAIN) || done == AVERROR_EOF) return mux_pictures();
    if (done >= 0) waiting_.push_back(std::move(packet));
  }
  return Status(Code::kInternal, file_.string() + ": the encoder " + encoder_->codec->name + " failed (" + ffmpeg_error(done) + "); try another one with --encoder");
}

Done ClipWriter::mux_pictures() {
  while (!waiting_.empty()) {
    AVPacket* packet = waiting_.front().get();
    const auto known = std::find_if(durations_.begin(), durations_.end(), [&](const auto& d) { return d.first == packet->pts; });
    if (known == durations_.end()) return {};
    packet->duration = known->second;
    durations_.erase(known);
    av_packet_rescale_ts(packet, encoder_->time_base, pictures_->time_base);
    packet->stream_index = pictures_->index;
    MIEN_TRY(mux(packet));
    waiting_.pop_front();
  }
  return {};
}

Done ClipWriter::write(AVPacket* packet) {
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

Done ClipWriter::finish(std::int64_t end) {
  if (last_pts_ != AV_NOPTS_VALUE) {
    const std::int64_t usual = last_step_ > 0 ? last_step_ : av_rescale_q(1, av_inv_q(format_.frame_rate.num > 0 ? format_.frame_rate : AVRational{25, 1}), format_.time_base);
    const bool plausible = end != AV_NOPTS_VALUE && end > last_pts_ && end - last_pts_ <= kLongestLastStep * usual;
    know_duration(plausible ? end : last_pts_ + std::max<std::int64_t>(usual, 1));
  }
  MIEN_TRY(encode(nullptr));
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
  const char* advice = error == AVERROR(ENOSPC) || error == AVERROR(EDQUOT) || error == AVERROR(EFBIG) ? "; free some space or choose another disk" : "";
  if (error == AVERROR(EINVAL)) advice = "; the container does not take these tracks together, write .mkv";
  return {Code::kUnwritable, "cannot be written (" + ffmpeg_error(error) + ")" + advice};
}

}  // namespace mien
