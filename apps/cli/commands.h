// One function per command: adds its options to the parser; the returned function runs it and gives the exit
// code.
#pragma once

#include <filesystem>
#include <functional>

#include "arguments.h"
#include "mien/engine.h"

namespace mien::cli {

using Command = std::function<int()>;

// Clips are for mien-video, but the help of both programs tells of all commands.
#if defined(MIEN_WITH_VIDEO) || defined(MIEN_HANDS_CLIPS_ON)
#define MIEN_OFFERS_CLIPS
#endif
inline constexpr char kBenchVideoHelp[] =
    "The same for clips: frames a second of decoding, fusing, encoding, and all together";

// Options that every command shares.
struct Common {
  std::filesystem::path models_folder;  // empty: beside the program
  int threads = 1;
  std::string low_light = "auto";

  EngineOptions engine_options(const std::filesystem::path& models, Mode mode = Mode::kBalanced) const {
    return {models, threads, mode, low_light == "off" ? LowLight::kOff : LowLight::kAuto, false};
  }
};

Command add_swap(Arguments& app, const Common& common);
Command add_batch(Arguments& app, const Common& common);
Command add_enrol(Arguments& app, const Common& common);
Command add_faces(Arguments& app, const Common& common);
Command add_inspect(Arguments& app, const Common& common);
Command add_models(Arguments& app, const Common& common);
Command add_video(Arguments& app, const Common& common);  // in builds with MIEN_VIDEO
Command add_label(Arguments& app);
Command add_cache(Arguments& app);
Command add_bench(Arguments& app, const Common& common);

// The folder from the options, or the installed one.
Result<std::filesystem::path> models_folder(const Common& common);

}  // namespace mien::cli
