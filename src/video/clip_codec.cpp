#include "video/clip_codec.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <vector>

#include "media/file_io.h"

namespace mien {
namespace {

constexpr int kEncoderThreads = 2;

std::string lower_extension(const std::filesystem::path& file) {
  std::string out = file.extension().string();
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::string container_for(const std::string& extension) {
  if (extension == ".mp4" || extension == ".m4v") return "mp4";
  if (extension == ".mov") return "mov";
  if (extension == ".mkv") return "matroska";
  if (extension == ".webm") return "webm";
  return "";
}

// FFmpeg's names. For AV1 not libsvtav1: 1.4 waits for ever when it is closed before its first frame.
const char* encoder_name(ClipEncoder encoder, const std::string& container) {
  switch (encoder) {
    case ClipEncoder::kH264:
      return "libx264";
    case ClipEncoder::kVp9:
      return "libvpx-vp9";
    case ClipEncoder::kFfv1:
      return "ffv1";
    case ClipEncoder::kHevc:
      return "libx265";
    case ClipEncoder::kAv1:
      return "libaom-av1";
    case ClipEncoder::kByName:
    case ClipEncoder::kCopyParams:  // not known yet: see copied_params.h
      break;
  }
  return container == "webm" ? "libvpx-vp9" : "libx264";
}

// As for H.264: one frame at a time, without B-frames. Says nothing on stderr.
void set_hevc(int quality, bool quick, AVCodecContext* context, Dictionary* options) {
  context->thread_count = std::min(context->thread_count, kEncoderThreads);
  options->set("preset", quick ? "veryfast" : "fast");
  options->set("crf", std::to_string(std::lround(52 - 0.4 * quality)));
  options->set("x265-params", "log-level=none:bframes=0:rc-lookahead=8:frame-threads=1:pools=" +
                                  std::to_string(context->thread_count));
}

void set_av1(int quality, AVCodecContext* context, Dictionary* options) {
  context->thread_count = std::min(context->thread_count, kEncoderThreads);
  options->set("crf", std::to_string(std::lround(63 - 0.45 * quality)));
  context->bit_rate = 0;
  options->set("cpu-used", "6");
  options->set("row-mt", "1");
  options->set("lag-in-frames", "8");
}

// The AVX-512 routines of x264 164 read memory that they never wrote (macroblock tree, at 240 x 180 for one):
// the same frames do not always give the same bytes. Those for AVX2 do, and take the same time.
const char* x264_routines() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return ":asm=AVX2";
#endif
  return "";
}

// Constant quality; 80 is hard to tell from the original.
void set_quality(const AVCodec& codec, int quality, bool quick, AVCodecContext* context,
                 Dictionary* options) {
  const std::string name = codec.name;
  if (name == "libx264") {
    // "fast" would take twice the time of "faster" for files that are 1 to 4 % smaller.
    options->set("preset", quick ? "veryfast" : "faster");
    options->set("crf", std::to_string(std::lround(50 - 0.4 * quality)));
    // Every frame that the encoder looks ahead or works on at the same time costs 3 to 6 MB at 1280 x 720;
    // looking 3 ahead instead of 8 makes files a tenth smaller and 0.3 to 0.8 dB worse.
    // So its threads share one frame, and there are no B-frames, which change files by -6 to +3 %.
    options->set("x264-params",
                 std::string("rc-lookahead=3:sync-lookahead=0:sliced-threads=1:bframes=0") + x264_routines());
    context->thread_count = std::min(context->thread_count, kEncoderThreads);
  } else if (name == "libvpx-vp9") {
    context->bit_rate = 0;
    options->set("crf", std::to_string(std::lround(63 - 0.45 * quality)));
    options->set("deadline", "good");
    options->set("cpu-used", "4");
    options->set("row-mt", "1");
  } else if (name == "libx265") {
    set_hevc(quality, quick, context, options);
  } else if (name == "libaom-av1") {
    set_av1(quality, context, options);
  } else if (name == "ffv1") {
    context->level = 3;
    context->gop_size = 1;
    options->set("slicecrc", "1");
  }
}

// What another clip prescribes takes the place of a constant quality. Every encoder here but ffv1 takes a
// negative crf for none.
void imitate(const ClipWriteOptions& options, AVCodecContext* context, Dictionary* settings) {
  if (context->codec_id == AV_CODEC_ID_FFV1) return;
  if (!options.profile.empty()) settings->set("profile", options.profile);
  if (options.key_frame_distance > 0) context->gop_size = options.key_frame_distance;
  if (options.bit_rate <= 0) return;
  context->bit_rate = options.bit_rate;
  settings->set("crf", "-1");
}

}  // namespace

Result<ClipKind> clip_kind(const std::filesystem::path& file, ClipEncoder encoder) {
  const std::string extension = lower_extension(file);
  ClipKind kind;
  kind.container = container_for(extension);
  if (kind.container.empty())
    return unknown_ending(file, ".mp4, .mov, .mkv or .webm for a clip; choose one of these");
  const std::string name = encoder_name(encoder, kind.container);
  kind.codec = avcodec_find_encoder_by_name(name.c_str());
  if (kind.codec == nullptr) {
    return Status(Code::kUnwritable, file.string() + ": the FFmpeg on this machine has no encoder " + name +
                                         "; choose another one with --encoder");
  }
  const AVOutputFormat* container = av_guess_format(kind.container.c_str(), nullptr, nullptr);
  if (container == nullptr || avformat_query_codec(container, kind.codec->id, FF_COMPLIANCE_NORMAL) != 1) {
    return Status(Code::kInvalidArgument, file.string() + ": " + extension + " cannot hold " +
                                              avcodec_get_name(kind.codec->id) +
                                              "; choose .mkv, or another encoder");
  }
  return kind;
}

AVPixelFormat pixels_for(const AVCodec& codec, AVPixelFormat native) {
  native = without_range(native);
  std::vector<AVPixelFormat> usable;
  for (const AVPixelFormat* p = codec.pix_fmts; p && *p != AV_PIX_FMT_NONE; ++p) {
    if (can_work_on(*p) && without_range(*p) == *p) usable.push_back(*p);
  }
  if (std::find(usable.begin(), usable.end(), native) != usable.end()) return native;
  usable.push_back(AV_PIX_FMT_NONE);
  int loss = 0;
  return avcodec_find_best_pix_fmt_of_list(usable.data(), native, 0, &loss);
}

void pad_for(const AVCodec& codec, const ClipFormat& format, int* width, int* height) {
  const AVPixFmtDescriptor* d = av_pix_fmt_desc_get(format.pixels);
  const bool even = codec.id == AV_CODEC_ID_H264 || codec.id == AV_CODEC_ID_HEVC;
  *width = format.width + (even && d->log2_chroma_w ? format.width % 2 : 0);
  *height = format.height + (even && d->log2_chroma_h ? format.height % 2 : 0);
}

Done learn_header(const ClipFormat& format, AVCodecContext* encoder) {
  if (encoder->extradata_size > 0 || encoder->codec_id != AV_CODEC_ID_AV1) return {};
  ClipFrame frame;
  prepare_planes(format, encoder->width, encoder->height, &frame);
  std::ptrdiff_t strides[4] = {};
  for (int i = 0; i < 4; ++i) strides[i] = frame.planes->linesize[i];
  av_image_fill_black(frame.planes->data, strides, format.pixels, format.range, encoder->width,
                      encoder->height);
  frame.planes->pts = 0;
  const PacketPtr packet(not_null(av_packet_alloc()));
  if (avcodec_send_frame(encoder, frame.planes.get()) >= 0 && avcodec_send_frame(encoder, nullptr) >= 0 &&
      avcodec_receive_packet(encoder, packet.get()) >= 0) {
    std::size_t size = 0;
    const std::uint8_t* header = av_packet_get_side_data(packet.get(), AV_PKT_DATA_NEW_EXTRADATA, &size);
    if (header != nullptr && size > 0) {
      encoder->extradata =
          static_cast<std::uint8_t*>(not_null(av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE)));
      std::copy_n(header, size, encoder->extradata);
      encoder->extradata_size = static_cast<int>(size);
      return {};
    }
  }
  return Status(Code::kUnwritable, std::string("the encoder ") + encoder->codec->name +
                                       " does not say what containers need to know; choose another one with "
                                       "--encoder");
}

Result<CodecPtr> open_encoder(const ClipKind& kind, const ClipFormat& format,
                              const ClipWriteOptions& options) {
  CodecPtr context(not_null(avcodec_alloc_context3(kind.codec)));
  pad_for(*kind.codec, format, &context->width, &context->height);
  context->pix_fmt = format.pixels;
  context->time_base = format.time_base;
  context->framerate = format.frame_rate;
  context->sample_aspect_ratio = format.sample_aspect;
  context->color_range = format.range, context->color_primaries = format.primaries,
  context->color_trc = format.transfer;
  context->colorspace = format.matrix, context->chroma_sample_location = format.chroma_location;
  context->thread_count = options.threads;
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;  // all our containers want it
  Dictionary settings;
  set_quality(*kind.codec, options.quality, options.quick, context.get(), &settings);
  imitate(options, context.get(), &settings);
  const int done = avcodec_open2(context.get(), kind.codec, settings.address());
  if (done < 0) {
    return Status(Code::kUnwritable, std::string("the encoder ") + kind.codec->name +
                                         " takes no pictures of " + std::to_string(format.width) + " x " +
                                         std::to_string(format.height) + " " +
                                         av_get_pix_fmt_name(format.pixels) + " (" + ffmpeg_error(done) +
                                         "); choose another one with --encoder");
  }
  return context;
}

}  // namespace mien
