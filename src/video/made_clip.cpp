#include "video/made_clip.h"

#include <cmath>

#include "core/try.h"

namespace mien::testing {
namespace {

constexpr int kSampleRate = 48'000;

struct FreeContext {
  void operator()(AVFormatContext* context) const { avformat_free_context(context); }
};
using ContextPtr = std::unique_ptr<AVFormatContext, FreeContext>;

// A rising tone as AAC packets; `stream` gets their parameters.
std::vector<PacketPtr> tone(double seconds, AVStream* stream) {
  const AVCodec* codec = not_null(avcodec_find_encoder(AV_CODEC_ID_AAC));
  CodecPtr encoder(not_null(avcodec_alloc_context3(codec)));
  encoder->sample_rate = kSampleRate;
  encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
  av_channel_layout_default(&encoder->ch_layout, 1);
  encoder->time_base = {1, kSampleRate};
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (avcodec_open2(encoder.get(), codec, nullptr) < 0) throw std::bad_alloc();
  avcodec_parameters_from_context(stream->codecpar, encoder.get());
  stream->time_base = encoder->time_base;
  FramePtr frame(not_null(av_frame_alloc()));
  frame->format = encoder->sample_fmt, frame->nb_samples = encoder->frame_size,
  frame->sample_rate = kSampleRate;
  av_channel_layout_copy(&frame->ch_layout, &encoder->ch_layout);
  std::vector<PacketPtr> packets;
  const auto take = [&] {
    PacketPtr packet(not_null(av_packet_alloc()));
    while (avcodec_receive_packet(encoder.get(), packet.get()) >= 0) {
      packet->stream_index = stream->index;
      packets.push_back(std::move(packet));
      packet.reset(not_null(av_packet_alloc()));
    }
  };
  for (std::int64_t at = 0; static_cast<double>(at) < seconds * kSampleRate; at += frame->nb_samples) {
    av_frame_unref(frame.get());
    frame->format = encoder->sample_fmt, frame->nb_samples = encoder->frame_size,
    frame->sample_rate = kSampleRate;
    av_channel_layout_copy(&frame->ch_layout, &encoder->ch_layout);
    if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
    auto* samples = reinterpret_cast<float*>(frame->data[0]);
    for (int i = 0; i < frame->nb_samples; ++i) {
      const double t = static_cast<double>(at + i) / kSampleRate;
      samples[i] = static_cast<float>(0.3 * std::sin(6.2831853 * (300 + 100 * t) * t));
    }
    frame->pts = at;
    avcodec_send_frame(encoder.get(), frame.get());
    take();
  }
  avcodec_send_frame(encoder.get(), nullptr);
  take();
  return packets;
}

void add_chapter(AVFormatContext* context, const char* title, std::int64_t start_ms, std::int64_t end_ms) {
  context->chapters = static_cast<AVChapter**>(
      not_null(av_realloc_array(context->chapters, context->nb_chapters + 1, sizeof(AVChapter*))));
  auto* chapter = static_cast<AVChapter*>(not_null(av_mallocz(sizeof(AVChapter))));
  chapter->id = context->nb_chapters, chapter->time_base = {1, 1000}, chapter->start = start_ms,
  chapter->end = end_ms;
  av_dict_set(&chapter->metadata, "title", title, 0);
  context->chapters[context->nb_chapters++] = chapter;
}

ClipFormat format_of(const MadeClip& clip) {
  ClipFormat format;
  const bool on_its_side = clip.turn_deg == 90 || clip.turn_deg == 270;
  format.width = on_its_side ? clip.height : clip.width,
  format.height = on_its_side ? clip.width : clip.height;
  format.pixels = clip.pixels;
  format.time_base = {1, 12800};
  format.frame_rate = {25, 1};
  format.sample_aspect = clip.sample_aspect;
  format.range = clip.range, format.primaries = clip.primaries, format.transfer = clip.transfer,
  format.matrix = clip.matrix;
  format.turn_deg = clip.turn_deg;
  return format;
}

// Black, so that the painted picture is all difference.
void blacken(const ClipFormat& format, int width, int height, ClipFrame* frame) {
  prepare_planes(format, width, height, frame);
  std::ptrdiff_t strides[4] = {};
  for (int i = 0; i < 4; ++i) strides[i] = frame->planes->linesize[i];
  av_image_fill_black(frame->planes->data, strides, format.pixels, format.range, width, height);
  frame->rgb_bytes.assign(static_cast<std::size_t>(ClipFrame::rgb_stride(format.width)) * format.height, 0);
  if (format.turn_deg != 0) {
    const bool on_its_side = format.turn_deg != 180;
    frame->upright.resize(on_its_side ? format.height : format.width,
                          on_its_side ? format.width : format.height, PixelFormat::kRgb8);
  }
}

}  // namespace

Done make_clip(const std::filesystem::path& file, const MadeClip& clip) {
  silence_ffmpeg();
  MIEN_ASSIGN(const ClipKind kind, clip_kind(file, clip.encoder));
  const ClipFormat format = format_of(clip);
  ContextPtr origin(not_null(avformat_alloc_context()));
  AVStream* pictures = not_null(avformat_new_stream(origin.get(), nullptr));
  pictures->time_base = format.time_base;
  if (format.turn_deg != 0)
    av_display_rotation_set(reinterpret_cast<std::int32_t*>(
                                not_null(av_stream_new_side_data(pictures, AV_PKT_DATA_DISPLAYMATRIX, 36))),
                            format.turn_deg);
  if (!clip.title.empty()) av_dict_set(&origin->metadata, "title", clip.title.c_str(), 0);
  const std::int64_t end_ms = clip.time_ms(clip.frames);
  if (clip.chapters)
    add_chapter(origin.get(), "first", 0, end_ms / 2),
        add_chapter(origin.get(), "second", end_ms / 2, end_ms);
  std::vector<PacketPtr> sound;
  if (clip.audio) {
    AVStream* audio = not_null(avformat_new_stream(origin.get(), nullptr));
    av_dict_set(&audio->metadata, "language", "fin", 0);
    sound = tone(static_cast<double>(end_ms) / 1000, audio);
  }
  ClipWriteOptions options;
  options.encoder = clip.encoder, options.quality = clip.quality, options.overwrite = true;
  MIEN_ASSIGN(const auto writer,
              ClipWriter::create(file, kind, format, {origin.get(), 0, 0}, clip.label, options));
  int width = 0, height = 0;
  pad_for(*kind.codec, format, &width, &height);
  int painted = 0;
  const auto paint = [&](ClipFrame* frame) {
    if (painted == clip.frames) return false;
    blacken(format, width, height, frame);
    frame->pts = av_rescale_q(clip.time_ms(painted), {1, 1000}, format.time_base);
    Image picture = Image::copy_of(frame->picture());
    if (clip.paint) clip.paint(painted, picture.mutable_view());
    write_changes(format, picture.view(), frame);
    ++painted;
    return true;
  };
  return write_clip(kind, format, options, paint, sound, av_rescale_q(end_ms, {1, 1000}, format.time_base),
                    writer.get());
}

Done write_clip(const ClipKind& kind, const ClipFormat& format, const ClipWriteOptions& options,
                const std::function<bool(ClipFrame*)>& next, const std::vector<PacketPtr>& carried,
                std::int64_t end, ClipWriter* writer) {
  std::vector<PacketPtr> pictures;
  const PacketSink keep = [&](const AVPacket& packet) {
    pictures.emplace_back(not_null(av_packet_clone(&packet)));
    return Done();
  };
  MIEN_ASSIGN(FrameEncoder encoder, FrameEncoder::create(kind, format, options, keep));
  ClipFrame frame;
  std::vector<std::int64_t> times;
  while (next(&frame)) {
    times.push_back(frame.pts);
    MIEN_TRY(encoder.write(&frame));
  }
  MIEN_TRY(encoder.finish());
  MIEN_TRY(writer->begin(times, end));
  for (const PacketPtr& packet : carried) MIEN_TRY(writer->write_carried(packet.get()));
  for (const PacketPtr& packet : pictures) MIEN_TRY(writer->write_picture(packet.get()));
  return writer->finish();
}

Done make_audio_only(const std::filesystem::path& file, double seconds) {
  silence_ffmpeg();
  AVFormatContext* context = nullptr;
  avformat_alloc_output_context2(&context, nullptr, "mp4", nullptr);
  OutputPtr output(not_null(context));
  AVStream* stream = not_null(avformat_new_stream(output.get(), nullptr));
  const std::vector<PacketPtr> packets = tone(seconds, stream);
  if (avio_open(&output->pb, ffmpeg_name(file).c_str(), AVIO_FLAG_WRITE) < 0 ||
      avformat_write_header(output.get(), nullptr) < 0) {
    return Status(Code::kUnwritable, file.string() + ": cannot be written");
  }
  for (const PacketPtr& packet : packets) {
    av_packet_rescale_ts(packet.get(), {1, kSampleRate}, stream->time_base);
    av_interleaved_write_frame(output.get(), packet.get());
  }
  av_write_trailer(output.get());
  return {};
}

}  // namespace mien::testing
