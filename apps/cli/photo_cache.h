// What the networks said about photos that were enrolled before, so that they need not be asked again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mien/status.h"

namespace mien::cli {

// One file per photo in $XDG_CACHE_HOME/mien/enrolled (or ~/.cache): mesh, regions, identity, and what was
// painted where glasses or hair hid the face; no photo and no names. The folder and its files are the owner's
// alone. Named after the photo's content, the engine's version and the models, so that a change of any of
// them is a miss. The least recently used go when the folder grows beyond kMostBytes.
class PhotoCache {
 public:
  static constexpr std::uintmax_t kMostBytes = 64'000'000;

  // The user's cache. Disabled (everything is a miss) when there is no home folder.
  static PhotoCache of_user();
  static PhotoCache disabled() { return PhotoCache({}); }
  explicit PhotoCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  bool enabled() const { return !folder_.empty(); }
  const std::filesystem::path& folder() const { return folder_; }

  // models: the folder whose manifest takes part in the name.
  static std::string key(std::span<const std::uint8_t> photo, const std::filesystem::path& models);
  std::optional<std::vector<std::uint8_t>> get(const std::string& key) const;
  // What cannot be written is not cached; nothing else depends on it.
  void put(const std::string& key, std::span<const std::uint8_t> analysis) const;

  struct Entry {
    std::filesystem::path file;
    std::uintmax_t bytes = 0;
    std::filesystem::file_time_type used;
  };
  std::vector<Entry> entries() const;  // most recently used first
  Result<int> clear() const;           // -> how many were deleted

 private:
  void remove_old() const;  // what other versions left

  std::filesystem::path folder_;
};

// From construction to destruction new files are readable by their owner only.
class OwnerOnly {
 public:
  OwnerOnly();
  ~OwnerOnly();
  OwnerOnly(const OwnerOnly&) = delete;
  OwnerOnly& operator=(const OwnerOnly&) = delete;

 private:
  unsigned before_;
};

}  // namespace mien::cli
