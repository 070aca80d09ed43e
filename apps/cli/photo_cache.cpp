#include "photo_cache.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "media/file_io.h"
#include "mien/engine.h"
#include "model/sha256.h"

namespace mien::cli {
namespace {

namespace fs = std::filesystem;
constexpr char kExtension[] = ".seen";
constexpr char kOldExtension[] = ".look";  // of before 29 November 2026: some held a crop of the photo
constexpr std::int64_t kLargestEntry = 8'000'000;

}  // namespace

PhotoCache PhotoCache::of_user() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return fs::path(value ? value : "");
  };
  if (const fs::path cache = variable("XDG_CACHE_HOME"); cache.is_absolute())
    return PhotoCache(cache / "mien" / "enrolled");
  if (const fs::path home = variable("HOME"); home.is_absolute())
    return PhotoCache(home / ".cache" / "mien" / "enrolled");
  return disabled();
}

std::string PhotoCache::key(std::span<const std::uint8_t> photo, const fs::path& models) {
  std::string all = sha256_hex(photo) + engine_version();
  if (const auto manifest = read_file(models / "manifest.json", kLargestEntry); manifest.ok())
    all += sha256_hex(*manifest);
  return sha256_hex(as_bytes(all));
}

std::optional<std::vector<std::uint8_t>> PhotoCache::get(const std::string& key) const {
  if (!enabled()) return std::nullopt;
  const fs::path file = folder_ / (key + kExtension);
  auto bytes = read_file(file, kLargestEntry);
  if (!bytes.ok()) return std::nullopt;
  std::error_code error;
  fs::last_write_time(file, fs::file_time_type::clock::now(), error);
  return std::move(*bytes);
}

void PhotoCache::put(const std::string& key, std::span<const std::uint8_t> analysis) const {
  if (!enabled()) return;
  const OwnerOnly owner_only;
  std::error_code error;
  fs::create_directories(folder_, error);
  fs::permissions(folder_, fs::perms::owner_all, error);
  remove_old();
  if (error || !write_file(folder_ / (key + kExtension), analysis, IfExists::kReplace).ok()) return;
  std::uintmax_t sum = 0;
  for (const Entry& entry : entries()) {
    sum += entry.bytes;
    if (sum > kMostBytes) fs::remove(entry.file, error);
  }
}

std::vector<PhotoCache::Entry> PhotoCache::entries() const {
  std::vector<Entry> out;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(folder_, error)) {
    if (item.path().extension() == kExtension && item.is_regular_file(error))
      out.push_back({item.path(), item.file_size(error), item.last_write_time(error)});
  }
  std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) { return a.used > b.used; });
  return out;
}

void PhotoCache::remove_old() const {
  std::error_code error;
  for (const auto& item : fs::directory_iterator(folder_, error))
    if (item.path().extension() == kOldExtension) fs::remove(item.path(), error);
}

Result<int> PhotoCache::clear() const {
  remove_old();
  int count = 0;
  for (const Entry& entry : entries()) {
    std::error_code error;
    if (!fs::remove(entry.file, error))
      return Status(Code::kUnwritable,
                    entry.file.string() + " cannot be deleted (" + error.message() + "); delete it by hand");
    ++count;
  }
  return count;
}

OwnerOnly::OwnerOnly() : before_(umask(077)) {}
OwnerOnly::~OwnerOnly() { umask(static_cast<mode_t>(before_)); }

}  // namespace mien::cli
