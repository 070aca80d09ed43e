#include "video/carried_tracks.h"

#include <algorithm>
#include <cstring>

#include "video/clip_label.h"

namespace mien {
namespace {

constexpr const char* kOfTheOldFile[] = {"major_brand", "minor_version", "compatible_brands",
                                         "encoder",     "duration",      "creation_tool"};
constexpr AVPacketSideDataType kStreamFacts[] = {
    AV_PKT_DATA_DISPLAYMATRIX, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, AV_PKT_DATA_CONTENT_LIGHT_LEVEL,
    AV_PKT_DATA_STEREO3D, AV_PKT_DATA_SPHERICAL};

std::string kind_name(const AVStream& stream) {
  const char* type = av_get_media_type_string(stream.codecpar->codec_type);
  const std::string codec = stream.codecpar->codec_id == AV_CODEC_ID_NONE
                                ? ""
                                : std::string(", ") + avcodec_get_name(stream.codecpar->codec_id);
  return std::string(type ? type : "unknown") + " track " + std::to_string(stream.index) + codec;
}

// MP4 keeps chapter titles in a track of their own; they are carried as chapters.
bool is_chapter_track(const AVStream& stream, const AVFormatContext& input) {
  return input.nb_chapters > 0 && stream.codecpar->codec_type == AVMEDIA_TYPE_DATA &&
         stream.codecpar->codec_tag == MKTAG('t', 'e', 'x', 't');
}

bool fits(const AVStream& stream, const AVFormatContext& output) {
  const AVMediaType type = stream.codecpar->codec_type;
  if (type == AVMEDIA_TYPE_ATTACHMENT) return std::strcmp(output.oformat->name, "matroska") == 0;
  if (type != AVMEDIA_TYPE_AUDIO && type != AVMEDIA_TYPE_SUBTITLE) return false;
  return avformat_query_codec(output.oformat, stream.codecpar->codec_id, FF_COMPLIANCE_NORMAL) == 1;
}

void carry_chapters(const AVFormatContext& input, std::int64_t shift_us, AVFormatContext* output) {
  if (input.nb_chapters == 0) return;
  output->chapters = static_cast<AVChapter**>(not_null(av_calloc(input.nb_chapters, sizeof(AVChapter*))));
  for (unsigned i = 0; i < input.nb_chapters; ++i) {
    const AVChapter& from = *input.chapters[i];
    const std::int64_t shift = av_rescale_q(shift_us, AV_TIME_BASE_Q, from.time_base);
    if (from.end <= shift) continue;
    auto* to = static_cast<AVChapter*>(not_null(av_mallocz(sizeof(AVChapter))));
    to->id = from.id, to->time_base = from.time_base;
    to->start = std::max<std::int64_t>(from.start - shift, 0), to->end = from.end - shift;
    av_dict_copy(&to->metadata, from.metadata, 0);
    output->chapters[output->nb_chapters++] = to;
  }
}

}  // namespace

Result<CarriedTracks> carry_tracks(const AVFormatContext& input, int picture_stream, const ClipKind& kind,
                                   bool keep_audio, AVFormatContext* output) {
  CarriedTracks out;
  out.output_of_input.assign(input.nb_streams, -1);
  for (unsigned i = 0; i < input.nb_streams; ++i) {
    const AVStream& from = *input.streams[i];
    const AVMediaType type = from.codecpar->codec_type;
    if (static_cast<int>(i) == picture_stream || (type == AVMEDIA_TYPE_AUDIO && !keep_audio) ||
        is_chapter_track(from, input))
      continue;
    if (!fits(from, *output)) {
      if (type == AVMEDIA_TYPE_AUDIO) {
        return Status(Code::kInvalidArgument, "the clip's " + kind_name(from) +
                                                  " cannot be kept as it is in " + kind.container +
                                                  "; write .mkv instead, or drop it with --audio drop");
      }
      out.remarks.push_back(
          kind_name(from) + " was left out: " +
          (type == AVMEDIA_TYPE_VIDEO ? "it shows the clip as it was" : kind.container + " cannot hold it"));
      continue;
    }
    AVStream* to = not_null(avformat_new_stream(output, nullptr));
    if (avcodec_parameters_copy(to->codecpar, from.codecpar) < 0) throw std::bad_alloc();
    to->codecpar->codec_tag = 0;  // the container chooses its own
    to->time_base = from.time_base;
    to->avg_frame_rate = from.avg_frame_rate;
    carry_stream_facts(from, to);
    out.output_of_input[i] = to->index;
    out.audio += type == AVMEDIA_TYPE_AUDIO, out.subtitles += type == AVMEDIA_TYPE_SUBTITLE;
  }
  return out;
}

void carry_stream_facts(const AVStream& input, AVStream* output) {
  av_dict_copy(&output->metadata, input.metadata, 0);
  for (const char* key : kOfTheOldFile) av_dict_set(&output->metadata, key, nullptr, 0);
  output->disposition = input.disposition;
  for (const AVPacketSideDataType type : kStreamFacts) {
    std::size_t size = 0;
    const std::uint8_t* from = av_stream_get_side_data(&input, type, &size);
    if (from == nullptr) continue;
    std::memcpy(not_null(av_stream_new_side_data(output, type, size)), from, size);
  }
}

void carry_metadata(const AVFormatContext& input, std::int64_t shift_us, AVFormatContext* output) {
  av_dict_copy(&output->metadata, input.metadata, 0);
  for (const char* key : kOfTheOldFile) av_dict_set(&output->metadata, key, nullptr, 0);
  for (const char* key : kClipLabelKeys) av_dict_set(&output->metadata, key, nullptr, 0);
  carry_chapters(input, shift_us, output);
}

}  // namespace mien
