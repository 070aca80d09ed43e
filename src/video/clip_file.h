// Whether a file is a clip, by its first bytes.
#pragma once

#include <filesystem>

namespace mien {

// MP4, MOV, Matroska, WebM, AVI, Ogg, FLV, ASF, MPEG transport and program streams. False also when it cannot
// be read.
bool is_clip_file(const std::filesystem::path& file);

}  // namespace mien
