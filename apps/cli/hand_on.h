// Clips need FFmpeg, and FFmpeg a hundred libraries that cost every start 30 ms and 20 MB: only the program
// mien-video links them.
#pragma once

namespace mien::cli {

// Becomes mien-video, with the same arguments, when they ask for a clip: the command `video`, or a file among
// them that is one. It lies beside this program. -> false when they do not; true, and said so on stderr, when
// it is not there.
bool hand_on_clips(char** arguments);

}  // namespace mien::cli
