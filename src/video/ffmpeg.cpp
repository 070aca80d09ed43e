#include "video/ffmpeg.h"

namespace mien {

void OutputCloser::operator()(AVFormatContext* context) const {
  if (context->pb) avio_closep(&context->pb);
  avformat_free_context(context);
}

std::string ffmpeg_error(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = "";
  av_strerror(error, text, sizeof text);
  return text;
}

void silence_ffmpeg() { av_log_set_level(AV_LOG_QUIET); }

std::string ffmpeg_name(const std::filesystem::path& file) {
  return "file:" + std::filesystem::absolute(file).string();
}

std::string metadata_text(const AVDictionary* entries, const char* key) {
  const AVDictionaryEntry* entry = av_dict_get(entries, key, nullptr, 0);
  return entry ? entry->value : "";
}

}  // namespace mien
