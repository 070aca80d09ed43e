// mien enrol
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>

#include "commands.h"
#include "consent.h"
#include "core/try.h"
#include "media/encode.h"
#include "media/file_io.h"
#include "mien/engine.h"
#include "mien/media.h"
#include "photo_cache.h"
#include "report.h"
#include "shared_options.h"
#include "terminal.h"

namespace mien::cli {
namespace {

namespace fs = std::filesystem;

struct EnrolOptions {
  std::vector<std::string> photos;
  fs::path output;
  bool json = false, overwrite = false, consent = false;
};

struct Enrolled {
  int photos = 0;
  std::size_t bytes = 0;
  std::vector<std::string> warnings;
  double total_ms = 0;
};

Done check_output(const EnrolOptions& options) {
  MIEN_TRY(output_is_none_of({options.photos.begin(), options.photos.end()}, options.output));
  if (format_from_extension(options.output)) {
    return Status(Code::kInvalidArgument,
                  "the output " + options.output.string() +
                      " has a picture's ending, expected another: an enrolled face is "
                      "no picture; call it something like me.mien");
  }
  MIEN_TRY(check_not_there(options.overwrite, options.output));
  return check_can_write(options.output, options.overwrite ? IfExists::kReplace : IfExists::kRefuse);
}

// The library knows several photos by their numbers: "photo 2 shows ..." -> "photo 2 (b.jpg) shows ...".
std::string with_file(const std::string& warning, const std::vector<std::string>& photos) {
  if (photos.size() == 1) return photos[0] + ": " + warning;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const std::string number = "photo " + std::to_string(i + 1);
    if (warning.starts_with(number + " ") || warning.starts_with(number + ":"))
      return number + " (" + photos[i] + ")" + warning.substr(number.size());
  }
  return warning;
}

Result<Enrolled> enrol(const EnrolOptions& options, const Common& common, Progress& progress) {
  const auto start = std::chrono::steady_clock::now();
  MIEN_TRY(check_output(options));
  MIEN_TRY(require_consent(options.consent));
  progress.step("reading");
  std::vector<Photo> photos;
  std::vector<ImageView> views;
  for (const std::string& file : options.photos) {
    MIEN_ASSIGN(Photo photo, read_photo(fs::path(file)));
    if (!photo.remark.empty()) remark(file + ": " + photo.remark);
    photos.push_back(std::move(photo));
  }
  for (const Photo& photo : photos) views.push_back(photo.image.view());
  MIEN_ASSIGN(const fs::path models, models_folder(common));
  MIEN_ASSIGN(const Engine engine, Engine::create(common.engine_options(models)));
  Session session = engine.open_session();
  progress.step("enrolling");
  auto source = session.enrol(views);
  if (!source.ok())
    return options.photos.size() == 1 ? source.status().with_context(options.photos[0]) : source.status();
  MIEN_ASSIGN(const std::vector<std::uint8_t> bytes, engine.pack(*source));
  const OwnerOnly owner_only;
  MIEN_TRY(write_file(options.output, bytes, options.overwrite ? IfExists::kReplace : IfExists::kRefuse));
  const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
  Enrolled out{source->photo_count(), bytes.size(), {}, elapsed.count()};
  for (const std::string& warning : source->warnings())
    out.warnings.push_back(with_file(warning, options.photos));
  if (!engine.knows_identities() && photos.size() > 1)
    out.warnings.push_back(
        "the models folder has no network 'identity', so nobody checked that all photos show the same "
        "person");
  return out;
}

void print_enrolled(const EnrolOptions& options, const Enrolled& done) {
  if (options.json) {
    print_json({{"output", options.output.string()},
                {"photos", options.photos.size()},
                {"photos_used", done.photos},
                {"bytes", done.bytes},
                {"warnings", done.warnings},
                {"total_ms", std::round(done.total_ms * 10) / 10}});
  } else {
    std::printf("%s: %d of %zu photos, %.0f KB, in %.0f ms\n", options.output.c_str(), done.photos,
                options.photos.size(), static_cast<double>(done.bytes) / 1000, done.total_ms);
  }
  for (const std::string& warning : done.warnings) remark(warning);
}

}  // namespace

Command add_enrol(Arguments& app, const Common& common) {
  auto o = std::make_shared<EnrolOptions>();
  app.add_option("photo", o->photos, "One or more photos of one person; the largest face of each counts")
      .required();
  app.add_option("-o,--output", o->output, "The enrolled face, for example me.mien; readable by you only")
      .required();
  app.add_flag("--json", o->json, "Print a report as JSON");
  app.add_flag("--overwrite", o->overwrite, "Replace an existing output");
  app.add_flag("--i-have-consent", o->consent, "The person shown agrees; do not ask");
  app.footer(
      "The file goes wherever a source photo goes: mien swap -s me.mien -t party.jpg -o result.jpg\nExample: "
      "mien enrol front.jpg left.jpg right.jpg -o me.mien");
  return [o, &common] {
    Progress progress(!o->json);
    auto done = enrol(*o, common, progress);
    progress.clear();
    if (!done.ok()) return report_failure(done.status(), o->json);
    print_enrolled(*o, *done);
    return static_cast<int>(kDone);
  };
}

}  // namespace mien::cli
