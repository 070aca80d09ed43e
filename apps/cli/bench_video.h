// mien bench video, in the program that knows clips.
#pragma once

#include "commands.h"

namespace mien::cli {

// mien bench, and below it mien bench video.
Command add_bench_with_video(Arguments& app, const Common& common);

}  // namespace mien::cli
