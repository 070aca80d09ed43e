#include "video/clip_codec.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <vector>

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

const char* encoder_name(ClipEncoder encoder, const std::string& container) {
  switch (encoder) {
    case ClipEncoder::kH264:
      return "libx264";
    case ClipEncoder::kVp9:
      return "libvpx-vp9";
    case ClipEncoder::kFfv1:
      return "ffv1";
    case ClipEncoder::kByName:
      break;
  }
  return container == "webm" ? "libvpx-vp9" : "libx264";
}

// Constant quality; 80 is hard to tell from the original.
void set_quality(const AVCodec& codec, int quality, AVCodecContext* context, Dictionary* options) {
  const std::string name = codec.name;
  if (name == "libx264") {
    options->set("preset", "fast");
    options->set("crf", std::to_string(std::lround(50 - 0.4 * quality)));
    // Every frame that the encoder looks ahead or works on at the same time costs 3 to 6 MB at 1280 x 720.
    // Fusing is slower than any encoder, so more threads win nothing, and these share one frame. With
    // B-frames x264 164 reads memory that it never wrote (macroblock tree, at 240 x 180 for one), so that the
    // same frames do not give the same bytes; without them files are -6 to +3 % as large, and smaller in
    // memory again.
    options->set("x264-params", "rc-lookahead=8:sync-lookahead=0:sliced-threads=1:bframes=0");
    context->thread_count = std::min(context->thread_count, kEncoderThreads);
  } else if (name == "libvpx-vp9") {
    context->bit_rate = 0;
    options->set("crf", std::to_string(std::lround(63 - 0.45 * quality)));
    options->set("deadline", "good");
    options->set("cpu-used", "4");
    options->set("row-mt", "1");
  } else if (name == "ffv1") {
    context->level = 3;
    context->gop_size = 1;
    options->set("slicecrc", "1");
  }
}

}  // namespace

Result<ClipKind> clip_kind(const std::filesystem::path& file, ClipEncoder encoder) {
  const std::string extension = lower_extension(file);
  ClipKind kind;
  kind.container = container_for(extension);
  if (kind.container.empty()) {
    return Status(Code::kInvalidArgument,
                  file.string() + ": has " +
                      (extension.empty() ? "no extension" : "the extension \"" + extension + "\"") +
                      ", expected .mp4, .mov, .mkv or .webm for a clip");
  }
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
  const bool even = codec.id == AV_CODEC_ID_H264;
  *width = format.width + (even && d->log2_chroma_w ? format.width % 2 : 0);
  *height = format.height + (even && d->log2_chroma_h ? format.height % 2 : 0);
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
  set_quality(*kind.codec, options.quality, context.get(), &settings);
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
