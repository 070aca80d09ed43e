#include "video/clip_reader.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "core/try.h"
#include "video/clip_file.h"

namespace mien {
namespace {

constexpr double kMissingSeconds =
    0.5;  // a clip that ends earlier than its header says by more is called truncated
constexpr double kJumpSeconds = 0.5;         // backwards within a track; less is a muxer's untidiness
constexpr double kSubtitleJumpSeconds = 10;  // some are written out of their order
constexpr double kReadOnSeconds = 1;         // beyond the end, for tracks that lag behind
// Each keeps a frame or two; up to 1280 x 720 one thread is several times faster than all that follows.
constexpr int kDecoderThreads = 2, kOneThreadPixels = 1280 * 736;
constexpr int kMostDamages = 10'000;         // then the rest of the decoder's frames is given up
constexpr int kMostPixels = 16'384 * 8'640;  // of a frame; 8K has a quarter

int turn_of(const AVStream& stream) {
  std::size_t size = 0;
  const std::uint8_t* matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (matrix == nullptr || size < 9 * sizeof(std::int32_t)) return 0;
  const double angle =
      av_display_rotation_get(reinterpret_cast<const std::int32_t*>(matrix));  // anticlockwise
  if (std::isnan(angle)) return 0;
  const long turns = std::lround(-angle / 90);
  return static_cast<int>((turns % 4 + 4) % 4) * 90;
}

std::string count_of(int n, const char* what) { return std::to_string(n) + " " + what + (n == 1 ? "" : "s"); }

std::string in_words(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g s", seconds);
  return text;
}

Status no_pictures(const AVFormatContext& input) {
  int audio = 0;
  for (unsigned i = 0; i < input.nb_streams; ++i)
    audio += input.streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
  return {Code::kUnreadable, "has no pictures, only " + count_of(audio, "audio track") +
                                 "; expected a clip with a picture track"};
}

Result<InputPtr> open_input(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error))
    return Status(Code::kNotFound, "there is no such file; check the spelling, expected the path of a clip");
  if (std::filesystem::is_directory(file, error))
    return Status(Code::kUnreadable, "is a folder, expected a clip; name a file");
  if (!is_clip_file(file))
    return Status(Code::kUnreadable,
                  "is no clip that is known here, expected MP4, MOV, Matroska, WebM, AVI or MPEG; name a "
                  "clip, photos go to mien swap");
  Dictionary options;
  options.set("protocol_whitelist", "file");  // nothing is fetched, whatever the file refers to
  options.set("export_xmp", "1");
  AVFormatContext* context = nullptr;
  int done = avformat_open_input(&context, ffmpeg_name(file).c_str(), nullptr, options.address());
  InputPtr input(context);
  if (done >= 0) done = avformat_find_stream_info(input.get(), nullptr);
  if (done < 0)
    return Status(Code::kUnreadable,
                  "is damaged or truncated (" + ffmpeg_error(done) + "); copy or download it again");
  return input;
}

}  // namespace

Result<std::unique_ptr<ClipReader>> ClipReader::open(const std::filesystem::path& file, const ClipSpan& span,
                                                     int threads) {
  silence_ffmpeg();
  std::unique_ptr<ClipReader> reader(new ClipReader);
  reader->name_ = file.string();
  auto input = open_input(file);
  if (!input.ok()) return input.status().with_context(reader->name_);
  reader->input_ = std::move(*input);
  Done done = reader->open_decoder(threads);
  if (done.ok()) done = reader->seek(span);
  if (!done.ok()) return done.status().with_context(reader->name_);
  return reader;
}

Done ClipReader::open_decoder(int threads) {
  const AVCodec* codec = nullptr;
  for (unsigned i = 0; i < input_->nb_streams; ++i) input_->streams[i]->discard = AVDISCARD_ALL;
  stream_ = av_find_best_stream(input_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
  if (stream_ == AVERROR_STREAM_NOT_FOUND) return no_pictures(*input_);
  if (stream_ < 0 || codec == nullptr)
    return Status(Code::kUnreadable,
                  "its pictures are coded in a way that the FFmpeg on this machine cannot decode; convert "
                  "the clip to H.264");
  const AVStream& stream = *input_->streams[stream_];
  if (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) return no_pictures(*input_);
  decoder_.reset(not_null(avcodec_alloc_context3(codec)));
  avcodec_parameters_to_context(decoder_.get(), stream.codecpar);
  decoder_->pkt_timebase = stream.time_base;
  const bool small = stream.codecpar->width * std::int64_t{stream.codecpar->height} <= kOneThreadPixels;
  decoder_->thread_count = small ? 1 : std::min(threads, kDecoderThreads);
  const int done = avcodec_open2(decoder_.get(), codec, nullptr);
  if (done < 0)
    return Status(Code::kUnreadable, "its pictures cannot be decoded (" + std::string(codec->name) + ": " +
                                         ffmpeg_error(done) + ")");
  if (decoder_->width < 1 || decoder_->height < 1 || decoder_->pix_fmt == AV_PIX_FMT_NONE) {
    return Status(Code::kUnreadable, "is damaged: its pictures have no size; copy or download it again");
  }
  if (decoder_->width > kMaxSide || decoder_->height > kMaxSide ||
      static_cast<std::int64_t>(decoder_->width) * decoder_->height > kMostPixels) {
    return Status(Code::kLimit, "has " + std::to_string(decoder_->width) + " x " +
                                    std::to_string(decoder_->height) + " pixels, at most " +
                                    std::to_string(kMostPixels) + " in all are allowed; scale it down");
  }
  input_->streams[stream_]->discard = AVDISCARD_DEFAULT;
  read_format();
  return {};
}

void ClipReader::read_format() {
  AVStream* stream = input_->streams[stream_];
  format_.width = decoder_->width, format_.height = decoder_->height;
  format_.pixels = without_range(decoder_->pix_fmt);
  format_.time_base = stream->time_base;
  format_.frame_rate = av_guess_frame_rate(input_.get(), stream, nullptr);
  format_.sample_aspect = av_guess_sample_aspect_ratio(input_.get(), stream, nullptr);
  format_.range = decoder_->pix_fmt != format_.pixels ? AVCOL_RANGE_JPEG : decoder_->color_range;
  format_.primaries = decoder_->color_primaries, format_.transfer = decoder_->color_trc;
  format_.matrix = decoder_->colorspace == AVCOL_SPC_RGB ? AVCOL_SPC_BT709 : decoder_->colorspace;
  format_.chroma_location = decoder_->chroma_sample_location;
  format_.turn_deg = turn_of(*stream);
  padded_width_ = format_.width, padded_height_ = format_.height;
}

void ClipReader::deliver_as(AVPixelFormat pixels, int padded_width, int padded_height) {
  format_.pixels = pixels, padded_width_ = padded_width, padded_height_ = padded_height;
}

Done ClipReader::seek(const ClipSpan& span) {
  const double begin =
      input_->start_time == AV_NOPTS_VALUE ? 0 : static_cast<double>(input_->start_time) / AV_TIME_BASE;
  const double from = span.from.value_or(0);
  if (from < 0 || (span.to && *span.to <= from)) {
    return Status(Code::kInvalidArgument, "the part from " + in_words(from) + " to " +
                                              in_words(span.to.value_or(0)) +
                                              " is empty; expected 0 <= from < to");
  }
  const double length = length_seconds();
  if (length > 0 && from >= length) {
    return Status(Code::kInvalidArgument,
                  "has " + in_words(length) + ", so nothing comes after --from " + in_words(from));
  }
  start_ = begin + from;
  end_ = span.to ? begin + *span.to : 0;
  if (!span.from) return {};
  shift_us_ = std::llround(start_ * AV_TIME_BASE);
  const AVRational base = input_->streams[stream_]->time_base;
  av_seek_frame(input_.get(), stream_, av_rescale_q(shift_us_, AV_TIME_BASE_Q, base),
                AVSEEK_FLAG_BACKWARD);  // fails: decoded from the beginning
  return {};
}

double ClipReader::length_seconds() const {
  const AVStream& stream = *input_->streams[stream_];
  double length = stream.duration > 0    ? static_cast<double>(stream.duration) * av_q2d(stream.time_base)
                  : input_->duration > 0 ? static_cast<double>(input_->duration) / AV_TIME_BASE
                                         : 0;
  const double begin =
      input_->start_time == AV_NOPTS_VALUE ? 0 : static_cast<double>(input_->start_time) / AV_TIME_BASE;
  if (end_ > 0 && (length == 0 || end_ - begin < length)) length = end_ - begin;
  return std::max(0.0, length - std::max(0.0, start_ - begin));
}

std::int64_t ClipReader::end_pts() const {
  const AVStream& stream = *input_->streams[stream_];
  const bool of_the_file = stream.duration <= 0;  // Matroska knows the whole file's alone
  if (of_the_file && input_->duration <= 0) return AV_NOPTS_VALUE;
  const std::int64_t length =
      of_the_file ? av_rescale_q(input_->duration, AV_TIME_BASE_Q, stream.time_base) : stream.duration;
  const std::int64_t begin = stream.start_time == AV_NOPTS_VALUE ? 0 : stream.start_time;
  return begin + length - av_rescale_q(shift_us_, AV_TIME_BASE_Q, stream.time_base);
}

bool ClipReader::within(std::int64_t time, AVRational base, std::int64_t length) const {
  const double begin = static_cast<double>(time) * av_q2d(base),
               end = begin + static_cast<double>(length) * av_q2d(base);
  const bool before = shift_us_ > 0 && end <= start_ + 1e-6 && begin < start_ - 1e-6;
  return !before && (end_ == 0 || begin < end_ - 1e-6);
}

Result<ClipItem> ClipReader::next(ClipFrame* frame, AVPacket* packet) {
  while (true) {
    if (!pictures_done_) {
      MIEN_ASSIGN(const bool got, take_frame(frame));
      if (got) return ClipItem::kFrame;
    }
    if (draining_) return ClipItem::kEnd;
    av_packet_unref(packet);
    const int read = av_read_frame(input_.get(), packet);
    if (read < 0 || jumps_back(*packet)) {
      draining_ = true;
      damaged_ += read < 0 && read != AVERROR_EOF;
      avcodec_send_packet(decoder_.get(), nullptr);
    } else if (take_packet(packet)) {
      return ClipItem::kPacket;
    }
  }
}

// Clips that were put one after the other as they are begin anew in the middle. By decoding times, which
// never go back; by each track's own, since tracks may lag behind each other.
bool ClipReader::jumps_back(const AVPacket& packet) {
  if (packet.dts == AV_NOPTS_VALUE) return false;
  last_dts_.resize(input_->nb_streams, AV_NOPTS_VALUE);
  std::int64_t& last = last_dts_[static_cast<std::size_t>(packet.stream_index)];
  const AVStream& stream = *input_->streams[packet.stream_index];
  const double tick = av_q2d(stream.time_base);
  const bool written_in_order = stream.codecpar->codec_type != AVMEDIA_TYPE_SUBTITLE;
  if (last != AV_NOPTS_VALUE && (static_cast<double>(last) - static_cast<double>(packet.dts)) * tick >
                                    (written_in_order ? kJumpSeconds : kSubtitleJumpSeconds))
    jumped_at_ = static_cast<double>(last) * tick;
  last = packet.dts;
  return jumped_at_.has_value();
}

// The clip is decoded from its beginning even where it could be entered later: only so are damaged and
// unusual clips sure to give the same frames again.
Done ClipReader::skip(int count) {
  PacketPtr packet(not_null(av_packet_alloc()));
  for (int skipped = 0; skipped < count;) {
    MIEN_ASSIGN(const ClipItem what, next(nullptr, packet.get()));
    if (what == ClipItem::kEnd) return {};
    skipped += what == ClipItem::kFrame;
  }
  return {};
}

void ClipReader::skip_pictures() {
  pictures_done_ = true;
  input_->streams[stream_]->discard = AVDISCARD_ALL;
}

// True: the packet is one to carry. Else it went to the decoder or is not wanted.
bool ClipReader::take_packet(AVPacket* packet) {
  const AVStream& stream = *input_->streams[packet->stream_index];
  const std::int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
  if (pictures_done_ && end_ > 0 && time != AV_NOPTS_VALUE &&
      static_cast<double>(time) * av_q2d(stream.time_base) > end_ + kReadOnSeconds)
    draining_ = true;
  if (packet->stream_index == stream_) {
    if (!pictures_done_ && avcodec_send_packet(decoder_.get(), packet) < 0) ++damaged_;
    return false;
  }
  if (stream.discard == AVDISCARD_ALL || time == AV_NOPTS_VALUE ||
      !within(time, stream.time_base, packet->duration))
    return false;
  const std::int64_t shift = av_rescale_q(shift_us_, AV_TIME_BASE_Q, stream.time_base);
  if (packet->pts != AV_NOPTS_VALUE) packet->pts -= shift;
  if (packet->dts != AV_NOPTS_VALUE) packet->dts -= shift;
  return true;
}

Result<bool> ClipReader::take_frame(ClipFrame* frame) {
  while (true) {
    const int got = avcodec_receive_frame(decoder_.get(), raw_.get());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) {
      pictures_done_ = got == AVERROR_EOF;
      return false;
    }
    if (got < 0) {
      ++damaged_;
      if (draining_ && damaged_ < kMostDamages) continue;
      return false;
    }
    damaged_ += raw_->decode_error_flags != 0 || (raw_->flags & AV_FRAME_FLAG_CORRUPT) != 0;
    std::int64_t pts = raw_->best_effort_timestamp, length = raw_->pkt_duration;
    if (pts == AV_NOPTS_VALUE)
      pts = last_pts_ == AV_NOPTS_VALUE ? 0 : last_pts_ + std::max<std::int64_t>(length, 1);
    if (last_pts_ != AV_NOPTS_VALUE && pts <= last_pts_) pts = last_pts_ + 1;  // encoders want time to move
    last_pts_ = pts;
    const double seconds = static_cast<double>(pts) * av_q2d(format_.time_base);
    last_end_ = seconds + static_cast<double>(length) * av_q2d(format_.time_base);
    if (end_ > 0 && seconds >= end_ - 1e-6) {
      pictures_done_ = true;
      return false;
    }
    if (shift_us_ > 0 && seconds < start_ - 1e-6) continue;
    ++frames_;
    if (frame == nullptr) return true;
    frame->pts = pts - av_rescale_q(shift_us_, AV_TIME_BASE_Q, format_.time_base);
    frame->seconds = seconds;
    MIEN_TRY(convert(frame));
    return true;
  }
}

namespace {

// The last column and row once more, for encoders that want even sizes. Chroma has them already.
void repeat_edge(int width, int height, AVFrame* planes) {
  const int bytes = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(planes->format))->comp[0].step;
  for (int y = 0; y < height && planes->width > width; ++y) {
    std::uint8_t* row = planes->data[0] + static_cast<std::ptrdiff_t>(y) * planes->linesize[0];
    std::memcpy(row + width * bytes, row + (width - 1) * bytes, static_cast<std::size_t>(bytes));
  }
  if (planes->height > height) {
    std::uint8_t* last = planes->data[0] + static_cast<std::ptrdiff_t>(height - 1) * planes->linesize[0];
    std::memcpy(last + planes->linesize[0], last, static_cast<std::size_t>(planes->width) * bytes);
  }
}

}  // namespace

Done ClipReader::convert(ClipFrame* frame) {
  prepare_planes(format_, padded_width_, padded_height_, frame);
  const auto native = without_range(static_cast<AVPixelFormat>(raw_->format));
  AVFrame* planes = frame->planes.get();
  if (native == format_.pixels && raw_->width == format_.width && raw_->height == format_.height) {
    const std::uint8_t* from[4] = {raw_->data[0], raw_->data[1], raw_->data[2], raw_->data[3]};
    av_image_copy(planes->data, planes->linesize, from, raw_->linesize, native, format_.width,
                  format_.height);
  } else {
    // Other pixels than the encoder takes, or a clip whose size changes on the way.
    to_planes_.reset(sws_getCachedContext(to_planes_.release(), raw_->width, raw_->height, native,
                                          format_.width, format_.height, format_.pixels, SWS_BICUBIC, nullptr,
                                          nullptr, nullptr));
    if (to_planes_ == nullptr) {
      return Status(Code::kUnreadable,
                    name_ + ": pictures of the kind " + std::string(av_get_pix_fmt_name(native)) +
                        " cannot be converted; convert the clip to H.264 with 4:2:0 first");
    }
    const int* table =
        sws_getCoefficients(effective_matrix(format_) == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601);
    sws_setColorspaceDetails(to_planes_.get(), table, format_.full_range(), table, format_.full_range(), 0,
                             1 << 16, 1 << 16);
    sws_scale(to_planes_.get(), raw_->data, raw_->linesize, 0, raw_->height, planes->data, planes->linesize);
  }
  repeat_edge(format_.width, format_.height, planes);
  return {};
}

void ClipReader::read_rgb(ClipFrame* frame) {
  if (rgb_ == nullptr) rgb_ = std::make_unique<RgbReader>(format_);
  rgb_->read(frame);
}

std::vector<std::string> ClipReader::remarks() const {
  std::vector<std::string> out;
  if (damaged_ > 0)
    out.push_back("the clip is damaged in " + count_of(damaged_, "place") +
                  "; what could be decoded was used");
  char text[200];
  if (jumped_at_) {
    std::snprintf(text, sizeof text,
                  "the clip's time stamps jump back at %.2f s, as where files were put one after the other; "
                  "what comes after was left out, rewrite the clip with other software to keep it",
                  *jumped_at_);
    out.emplace_back(text);
  }
  const double promised = start_ + length_seconds();
  if (!jumped_at_ && length_seconds() > 0 && frames_ > 0 && last_end_ < promised - kMissingSeconds) {
    std::snprintf(text, sizeof text, "the clip is truncated: its pictures end at %.2f s, %.2f s are missing",
                  last_end_, promised - last_end_);
    out.emplace_back(text);
  }
  return out;
}

}  // namespace mien
