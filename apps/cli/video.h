// Fusing into clips, for mien video and for mien swap with a clip as target.
#pragma once

#include <filesystem>
#include <string>

#include "commands.h"
#include "shared_options.h"

namespace mien::cli {

struct VideoOptions {
  SharedOptions shared;
  std::filesystem::path target, output;
  std::string face = "all";
  std::string from, to;  // seconds, or 1:02.5, or 1:00:02; empty: from the beginning, to the end
  int quality = 80;
  std::string encoder, audio = "keep";  // encoder empty: by the output's name
  int detector_period = 10;
  bool resume = false;
  double fps_target = 0;  // with --mode auto; 0: none
};

// -> exit code
int run_video(const VideoOptions& options, const Common& common);

}  // namespace mien::cli
