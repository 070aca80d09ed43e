#include "video/copied_params.h"

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

// The name that the encoder knows the profile by; empty: follows from the pixels, or is unknown.
std::string profile_name(const AVCodecParameters& stream) {
  if (stream.codec_id == AV_CODEC_ID_H264) {
    switch (stream.profile) {
      case FF_PROFILE_H264_BASELINE:
      case FF_PROFILE_H264_CONSTRAINED_BASELINE:
        return "baseline";
      case FF_PROFILE_H264_MAIN:
        return "main";
      case FF_PROFILE_H264_HIGH:
        return "high";
      case FF_PROFILE_H264_HIGH_10:
        return "high10";
      case FF_PROFILE_H264_HIGH_422:
        return "high422";
      default:
        return "";
    }
  }
  if (stream.codec_id == AV_CODEC_ID_HEVC && stream.profile == FF_PROFILE_HEVC_MAIN) return "main";
  if (stream.codec_id == AV_CODEC_ID_HEVC && stream.profile == FF_PROFILE_HEVC_MAIN_10) return "main10";
  return "";
}

// Bits a second of the pictures: as the file says, or what the other tracks leave of its size. 0: unknown.
std::int64_t bit_rate_of(const AVFormatContext& input, int picture_stream) {
  const std::int64_t own = input.streams[picture_stream]->codecpar->bit_rate;
  if (own > 0) return own;
  std::int64_t rate = input.bit_rate;
  for (unsigned i = 0; i < input.nb_streams; ++i) {
    if (static_cast<int>(i) != picture_stream)
      rate -= std::max<std::int64_t>(input.streams[i]->codecpar->bit_rate, 0);
  }
  return std::max<std::int64_t>(rate, 0);
}

// Frames from one key frame to the next: the median of those that the file's index knows. 0: unknown.
int key_frame_distance(AVStream* stream, AVRational frame_rate) {
  std::vector<std::int64_t> steps;
  std::int64_t last = AV_NOPTS_VALUE;
  for (int i = 0; i < avformat_index_get_entries_count(stream); ++i) {
    const AVIndexEntry* entry = avformat_index_get_entry(stream, i);
    if (entry == nullptr || !(entry->flags & AVINDEX_KEYFRAME)) continue;
    if (last != AV_NOPTS_VALUE) steps.push_back(entry->timestamp - last);
    last = entry->timestamp;
  }
  if (steps.empty() || frame_rate.num <= 0) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  const double frames = static_cast<double>(*middle) * av_q2d(stream->time_base) * av_q2d(frame_rate);
  return static_cast<int>(std::clamp(std::lround(frames), 1L, 1000L));
}

}  // namespace

Result<ClipWriteOptions> like_the_clip(const ClipReader& reader, const ClipWriteOptions& asked) {
  AVStream* stream = reader.input().streams[reader.picture_stream()];
  ClipWriteOptions out = asked;
  switch (stream->codecpar->codec_id) {
    case AV_CODEC_ID_H264:
      out.encoder = ClipEncoder::kH264;
      break;
    case AV_CODEC_ID_HEVC:
      out.encoder = ClipEncoder::kHevc;
      break;
    case AV_CODEC_ID_VP9:
      out.encoder = ClipEncoder::kVp9;
      break;
    case AV_CODEC_ID_AV1:
      out.encoder = ClipEncoder::kAv1;
      break;
    case AV_CODEC_ID_FFV1:
      out.encoder = ClipEncoder::kFfv1;
      break;
    default:
      return Status(Code::kInvalidArgument,
                    "its pictures are coded as " + reader.codec_name() +
                        ", which cannot be written here; choose --encoder h264, hevc, vp9, av1 or ffv1 "
                        "instead of copy-params");
  }
  out.profile = profile_name(*stream->codecpar);
  out.bit_rate = bit_rate_of(reader.input(), reader.picture_stream());
  out.key_frame_distance = key_frame_distance(stream, reader.format().frame_rate);
  return out;
}

}  // namespace mien
