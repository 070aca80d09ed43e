#include "hand_on.h"

#include <unistd.h>

#include <filesystem>
#include <string_view>

#include "terminal.h"
#include "video/clip_file.h"

namespace mien::cli {
namespace {

constexpr char kVideoCommand[] = "video", kVideoProgram[] = "mien-video";

bool asks_for_a_clip(char** arguments) {
  for (char** word = arguments + 1; *word != nullptr; ++word) {
    if (std::string_view(*word) == kVideoCommand) return true;
    // --target clip.mp4, --target=clip.mp4 and -tclip.mp4
    const std::string_view text(*word);
    if (is_clip_file(text)) return true;
    if (text.starts_with("--") && is_clip_file(text.substr(text.find('=') + 1))) return true;
    if (text.starts_with('-') && text.size() > 2 && is_clip_file(text.substr(2))) return true;
  }
  return false;
}

}  // namespace

bool hand_on_clips(char** arguments) {
  if (!asks_for_a_clip(arguments)) return false;
  std::error_code error;
  const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe", error),
                              program = own.parent_path() / kVideoProgram;
  if (!error && std::filesystem::exists(program, error))
    execv(program.c_str(), arguments);  // comes back only when it fails
  remark("clips are done by " + program.string() +
         ", which is not there or does not start; build it (CMake target mien_video_cli) or install it");
  return true;
}

}  // namespace mien::cli
