// Finished segments and the tracks that are carried over, into the clip.
#pragma once

#include "video/clip_options.h"
#include "video/clip_segments.h"
#include "video/clip_writer.h"

namespace mien {

// Reads the clip once more for what is carried. end: as in ClipWriter::begin(). jumped_back: of what is
// carried a part is left out, see ClipReader::jumped_back().
Done join_clip(const std::filesystem::path& clip, const ClipSpan& span, const ClipSegments& segments,
               std::int64_t end, AVRational time_base, ClipWriter* writer, bool* jumped_back);

}  // namespace mien
