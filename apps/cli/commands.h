// One function per command: adds its options to the parser; the returned function runs it and gives the exit
// code.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>

#include "mien/engine.h"

namespace mien::cli {

using Command = std::function<int()>;

// Options that every command shares.
struct Common {
  std::filesystem::path models_folder;  // empty: beside the program
  int threads = 1;
  std::string low_light = "auto";

  EngineOptions engine_options(const std::filesystem::path& models, Mode mode = Mode::kBalanced) const {
    return {models, threads, mode, low_light == "off" ? LowLight::kOff : LowLight::kAuto, false};
  }
};

Command add_swap(CLI::App& app, const Common& common);
Command add_batch(CLI::App& app, const Common& common);
Command add_enrol(CLI::App& app, const Common& common);
Command add_faces(CLI::App& app, const Common& common);
Command add_inspect(CLI::App& app, const Common& common);
Command add_models(CLI::App& app, const Common& common);
Command add_video(CLI::App& app, const Common& common);  // in builds with MIEN_VIDEO
Command add_label(CLI::App& app);
Command add_cache(CLI::App& app);
Command add_bench(CLI::App& app, const Common& common);

// The folder from the options, or the installed one.
Result<std::filesystem::path> models_folder(const Common& common);

}  // namespace mien::cli
