// mien cache list|clear
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>

#include "commands.h"
#include "photo_cache.h"
#include "report.h"
#include "terminal.h"

namespace mien::cli {
namespace {

std::string local_time(std::filesystem::file_time_type time) {
  const auto seconds =
      std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(
          std::chrono::file_clock::to_sys(time)));
  char text[32] = "";
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", std::localtime(&seconds));
  return text;
}

int list(const PhotoCache& cache, bool as_json) {
  nlohmann::json json;
  json["folder"] = cache.folder().string();
  json["entries"] = nlohmann::json::array();
  std::uintmax_t sum = 0;
  for (const PhotoCache::Entry& entry : cache.entries()) {
    sum += entry.bytes;
    json["entries"].push_back(
        {{"name", entry.file.stem().string()}, {"bytes", entry.bytes}, {"used", local_time(entry.used)}});
    if (!as_json)
      std::printf("%.16s  used %s  %7.1f KiB\n", entry.file.stem().c_str(), local_time(entry.used).c_str(),
                  static_cast<double>(entry.bytes) / 1024);
  }
  json["bytes"] = sum, json["most_bytes"] = PhotoCache::kMostBytes;
  if (as_json) {
    print_json(json);
  } else {
    std::printf("%s: %s, %.1f of %.0f MB\n", cache.folder().c_str(),
                counted(json["entries"].size(), "photo", "photos").c_str(), static_cast<double>(sum) / 1e6,
                static_cast<double>(PhotoCache::kMostBytes) / 1e6);
  }
  return kDone;
}

int clear(const PhotoCache& cache) {
  const auto count = cache.clear();
  if (!count.ok()) return report_error(count.status());
  std::printf("%s forgotten\n", counted(static_cast<std::size_t>(*count), "photo", "photos").c_str());
  return kDone;
}

}  // namespace

Command add_cache(Arguments& app) {
  auto as_json = std::make_shared<bool>(false);
  Arguments& list_app =
      app.add_subcommand("list", "What is remembered: no photos and no names, only what the networks said");
  list_app.add_flag("--json", *as_json, "Print as JSON");
  app.add_subcommand("clear", "Forget all of it");
  app.require_subcommand();
  return [as_json, &list_app] {
    const PhotoCache cache = PhotoCache::of_user();
    return list_app.parsed() ? list(cache, *as_json) : clear(cache);
  };
}

}  // namespace mien::cli
