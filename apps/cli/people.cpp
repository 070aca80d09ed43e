#include "people.h"

#include "core/try.h"
#include "media/file_io.h"
#include "mien/media.h"
#include "terminal.h"

namespace mien::cli {
namespace {

Result<Source> enrol_photo(const std::filesystem::path& file, std::span<const std::uint8_t> bytes,
                           const Loader& with) {
  MIEN_ASSIGN(const Photo photo, read_photo(bytes));
  if (!photo.remark.empty()) remark(file.string() + ": " + photo.remark);
  if (!with.cache.enabled()) return with.session.enrol(photo.image.view());
  const std::string key = PhotoCache::key(bytes, with.models);
  if (const auto known = with.cache.get(key)) {
    Result<Source> source = with.session.enrol(photo.image.view(), *known);
    if (source.ok() || source.status().code() != Code::kUnreadable) return source;
  }
  MIEN_ASSIGN(const std::vector<std::uint8_t> analysis, with.session.analyse(photo.image.view()));
  with.cache.put(key, analysis);
  return with.session.enrol(photo.image.view(), analysis);
}

}  // namespace

Result<Source> load_source(const std::filesystem::path& file, const Loader& with) {
  MIEN_ASSIGN(const std::vector<std::uint8_t> bytes, read_file(file, DecodeLimits{}.max_file_bytes));
  Result<Source> source =
      looks_like_packed_source(bytes) ? with.engine.unpack(bytes) : enrol_photo(file, bytes, with);
  if (!source.ok()) return source.status().with_context(file.string());
  return source;
}

Result<Identity> load_reference(const std::filesystem::path& file, const Loader& with) {
  if (!with.engine.knows_identities()) {
    return Status(
        Code::kModelRefused,
        "people cannot be told apart: the models folder has no network 'identity'; install all models");
  }
  MIEN_ASSIGN(const Source source, load_source(file, with));
  if (!source.identity())
    return Status(Code::kInvalidArgument, file.string() + ": it does not say who it is (" +
                                              (source.warnings().empty() ? "" : source.warnings().back()) +
                                              ")");
  return *source.identity();
}

}  // namespace mien::cli
