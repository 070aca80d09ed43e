// Sources and references from the files that users name: photos or enrolled faces (.mien).
#pragma once

#include <filesystem>

#include "mien/engine.h"
#include "photo_cache.h"

namespace mien::cli {

struct Loader {
  const Engine& engine;
  Session& session;
  std::filesystem::path models;
  PhotoCache cache;
};

// Messages begin with the file's name.
Result<Source> load_source(const std::filesystem::path& file, const Loader& with);

// Who is in the file. kModelRefused when this installation cannot tell people apart.
Result<Identity> load_reference(const std::filesystem::path& file, const Loader& with);

}  // namespace mien::cli
