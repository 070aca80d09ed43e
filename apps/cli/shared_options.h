// Options that mien swap, mien batch and mien video share.
#pragma once

#include "cast_files.h"
#include "commands.h"
#include "mode.h"

namespace mien::cli {

struct SharedOptions {
  CastOptions cast;
  float strength = 1.0f;
  std::string blend = "alpha";
  ModeOption mode;
  std::string resolution = "auto";
  bool json = false, trace = false, overwrite = false, no_visible_mark = false, no_cache = false,
       consent = false;
};

void add_shared_options(Arguments& app, SharedOptions* options);

// What the engine is made of.
EngineOptions engine_options_of(const SharedOptions& options, const Common& common,
                                const std::filesystem::path& models);

// What of them the fusion wants; the command's own are added to it, then it is to be validated.
FusionOptions fusion_of(const SharedOptions& options);

// Sources and references as files -> in memory.
Loader loader_of(const SharedOptions& options, const Common& common, const Engine& engine, Session& session,
                 const std::filesystem::path& models);

// kUnwritable when the output is there and --overwrite is not.
Done check_not_there(bool overwrite, const std::filesystem::path& output);

// Remarks that every result may need. network: what Engine::fusion_network() said; what: "picture" or "clip".
void print_shared_remarks(const SharedOptions& options, const std::string& network,
                          const std::vector<std::string>& warnings, const char* what);

}  // namespace mien::cli
