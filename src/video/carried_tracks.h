// What a clip has beside its pictures: audio, subtitles, fonts, chapters, metadata; taken over bit by bit.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "mien/status.h"
#include "video/clip_codec.h"

namespace mien {

struct CarriedTracks {
  std::vector<int> output_of_input;  // stream of the output for every stream of the input; -1: not carried
  std::vector<std::string> remarks;  // what was left out, and why
  int audio = 0, subtitles = 0;

  bool any() const {
    return std::any_of(output_of_input.begin(), output_of_input.end(),
                       [](int output) { return output >= 0; });
  }
};

// Makes a stream in `output` for every track of `input` that it can hold. kInvalidArgument for audio that it
// cannot: nobody wants to notice that afterwards. Other pictures (covers, second angles) show the clip as it
// was and are left out.
Result<CarriedTracks> carry_tracks(const AVFormatContext& input, int picture_stream, const ClipKind& kind,
                                   bool keep_audio, AVFormatContext* output);

// Titles, dates, places and chapters; labels are left to the label, and what describes the old file goes.
void carry_metadata(const AVFormatContext& input, std::int64_t shift_us, AVFormatContext* output);

// Language, title, disposition, and what players need to know about a stream (rotation, HDR).
void carry_stream_facts(const AVStream& input, AVStream* output);

}  // namespace mien
