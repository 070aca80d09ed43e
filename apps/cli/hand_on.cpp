#include "hand_on.h"

#include <unistd.h>

#include <filesystem>
#include <string_view>

#include "video/clip_file.h"

namespace mien::cli {
namespace {

constexpr char kVideoCommand[] = "video", kVideoProgram[] = "mien-video";

bool asks_for_a_clip(char** arguments) {
  for (char** word = arguments + 1; *word != nullptr; ++word) {
    if (std::string_view(*word) == kVideoCommand) return true;
    // --target=clip.mp4 as well as --target clip.mp4
    const std::string_view text(*word), value = text.substr(text.starts_with("--") ? text.find('=') + 1 : 0);
    if (is_clip_file(value)) return true;
  }
  return false;
}

}  // namespace

void hand_on_clips(char** arguments) {
  if (!asks_for_a_clip(arguments)) return;
  std::error_code error;
  const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return;
  const std::filesystem::path program = own.parent_path() / kVideoProgram;
  if (std::filesystem::exists(program, error)) execv(program.c_str(), arguments);  // comes back only when it fails
}

}  // namespace mien::cli
