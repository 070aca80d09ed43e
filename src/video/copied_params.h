// An output that is coded as its input was: `--encoder copy-params`.
#pragma once

#include "video/clip_reader.h"

namespace mien {

// `asked` with encoder, profile, data rate and distance of key frames as the reader's clip has them; pixels,
// frame times and colour tags are kept with every encoder. kInvalidArgument when the clip is coded in a way
// that nothing here can write.
Result<ClipWriteOptions> like_the_clip(const ClipReader& reader, const ClipWriteOptions& asked);

}  // namespace mien
