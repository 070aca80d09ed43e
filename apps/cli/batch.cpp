// mien batch
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "consent.h"
#include "core/try.h"
#include "media/unfinished_files.h"
#include "photo_swap.h"
#include "printable.h"
#include "report.h"

namespace mien::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUsualName = "{name}.{ext}";

struct BatchOptions {
  PhotoSwapOptions photo;
  std::vector<std::string> inputs;  // files, folders, patterns
  std::string output;               // pattern with {name} and {ext}, or a folder
};

struct Job {
  fs::path input, output;
};

struct Outcome {
  struct Picture {
    Job job;
    FusionReport report;
    std::optional<Status> error;
  };
  std::vector<Picture> pictures;
  PhotoSwapPlan plan;
  std::vector<std::string> warnings;
  std::string network;

  int failed() const {
    return static_cast<int>(std::count_if(pictures.begin(), pictures.end(),
                                          [](const Picture& p) { return p.error.has_value(); }));
  }
};

bool has_picture_name(const fs::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png" || extension == ".webp";
}

std::vector<fs::path> pictures_in(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file(error) && has_picture_name(entry.path())) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<fs::path> matches_of(const std::string& pattern) {
  std::vector<fs::path> out;
  glob_t found{};
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return out;
}

// Every input once, in the order in which they were named; a folder's by name.
Result<std::vector<fs::path>> pictures_of(const std::vector<std::string>& inputs) {
  std::vector<fs::path> out;
  std::set<std::string> known;
  std::error_code error;
  for (const std::string& input : inputs) {
    std::vector<fs::path> found;
    if (fs::is_directory(input, error)) {
      found = pictures_in(input);
      if (found.empty())
        return Status(
            Code::kUnreadable,
            input + ": the folder holds no picture, expected .jpg, .png or .webp files; name another one");
    } else if (fs::exists(input, error)) {
      found = {input};
    } else {
      found = matches_of(input);
      if (found.empty())
        return Status(
            Code::kNotFound,
            input +
                ": there is no such file or folder, and no file fits it as a pattern; check the spelling");
    }
    for (const fs::path& file : found) {
      if (known.insert(file.string()).second) out.push_back(file);
    }
  }
  return out;
}

void replace_all(std::string* text, const std::string& what, const std::string& by) {
  for (std::size_t at = text->find(what); at != std::string::npos; at = text->find(what, at + by.size()))
    text->replace(at, what.size(), by);
}

// A name that is no pattern would become a folder of that name.
Done check_pattern(const std::string& output) {
  std::error_code error;
  if (output.find("{name}") != std::string::npos || fs::is_directory(output, error)) return {};
  if (output.find('{') == std::string::npos && !has_picture_name(output)) return {};
  return Status(Code::kInvalidArgument, "--output is '" + output +
                                            "', expected a folder, or a name with {name} in it, like "
                                            "out/{name}.{ext}");
}

fs::path output_for(const fs::path& input, const std::string& pattern) {
  std::string out =
      pattern.find("{name}") == std::string::npos ? (fs::path(pattern) / kUsualName).string() : pattern;
  const std::string extension = input.extension().string();
  replace_all(&out, "{ext}",
              extension.empty() ? "" : extension.substr(1));  // first: a name may contain "{ext}"
  replace_all(&out, "{name}", input.stem().string());
  return out;
}

// The file behind a name, whatever links lead to it: device and number. Empty: there is none.
std::optional<std::pair<dev_t, ino_t>> file_number(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return std::nullopt;
  return std::pair(info.st_dev, info.st_ino);
}

// By number, since a folder may hold ten thousand pictures: each with each would take minutes.
Done outputs_are_no_inputs(const std::vector<Job>& jobs) {
  std::map<std::pair<dev_t, ino_t>, fs::path> inputs;
  for (const Job& job : jobs) {
    if (const auto number = file_number(job.input)) inputs.emplace(*number, job.input);
  }
  for (const Job& job : jobs) {
    const auto number = file_number(job.output);
    const auto found = number ? inputs.find(*number) : inputs.end();
    if (found != inputs.end()) MIEN_TRY(output_is_no_input(job.output, found->second, {}));
  }
  return {};
}

Result<std::vector<Job>> jobs_of(const BatchOptions& options, const std::vector<Role>& roles) {
  MIEN_TRY(check_pattern(options.output));
  MIEN_ASSIGN(const std::vector<fs::path> inputs, pictures_of(options.inputs));
  std::vector<Job> out;
  std::set<fs::path> outputs;
  for (const fs::path& input : inputs) {
    out.push_back({input, output_for(input, options.output)});
    const fs::path& output = out.back().output;
    if (!outputs.insert(fs::absolute(output).lexically_normal()).second) {
      return Status(Code::kInvalidArgument,
                    "two pictures, " + input.string() + " the second, would be written as " +
                        output.string() + "; expected names that differ, use {name} and {ext} in --output");
    }
    MIEN_TRY(output_is_no_input(output, input, roles));
  }
  MIEN_TRY(outputs_are_no_inputs(out));
  return out;
}

Result<FusionReport> run_job(const Job& job, const BatchOptions& options, const PhotoSwapPlan& plan,
                             PhotoSwapper& swapper, Progress& progress, std::vector<std::string>* warnings) {
  MIEN_TRY(check_not_there(options.photo.shared.overwrite, job.output));
  // First: what is no picture may have passed its ending on to the output.
  MIEN_ASSIGN(const Photo target, read_photo(job.input));
  MIEN_TRY(check_output(job.output, plan.encode));
  if (!target.remark.empty()) warnings->push_back(job.input.string() + ": " + target.remark);
  return swapper.swap(target, job.input, job.output, progress);
}

// The folders that the outputs need. Those that it makes go again when it does, or when the program is
// stopped, unless something is in them.
class OutputFolders {
 public:
  OutputFolders() = default;
  OutputFolders(const OutputFolders&) = delete;
  OutputFolders& operator=(const OutputFolders&) = delete;
  ~OutputFolders() {
    std::error_code error;  // not empty: there are results in it
    for (const fs::path& folder : made_) fs::remove(folder, error);
  }

  Done make(const std::vector<Job>& jobs) {
    for (const Job& job : jobs) MIEN_TRY(make(job.output.parent_path()));
    for (const fs::path& folder : made_)
      if (listed_.size() < kListed) listed_.emplace_back(folder);
    return {};
  }

 private:
  Done make(const fs::path& folder) {
    fs::path so_far;
    for (const fs::path& part : folder) {
      so_far /= part;
      std::error_code error;
      if (fs::create_directory(so_far, error)) made_.push_front(so_far);
      if (error)
        return Status(Code::kUnwritable, folder.string() + ": the folder cannot be created (" +
                                             error.message() + "); choose another one");
    }
    return {};
  }

  static constexpr std::size_t kListed = 8;  // the list is short, and files need it more
  std::deque<fs::path> made_;                // inner ones first
  std::list<UnfinishedFile> listed_;
};

Result<Outcome> run(const BatchOptions& options, const Common& common) {
  Outcome out;
  MIEN_ASSIGN(out.plan, plan_photo_swap(options.photo));
  MIEN_ASSIGN(const std::vector<Job> jobs, jobs_of(options, out.plan.roles));
  MIEN_TRY(require_consent(options.photo.shared.consent));
  Progress progress(!options.photo.shared.json), quiet(false);
  MIEN_ASSIGN(PhotoSwapper swapper, PhotoSwapper::open(options.photo, out.plan, common, progress));
  OutputFolders folders;
  MIEN_TRY(folders.make(jobs));
  out.warnings = swapper.warnings();
  for (const Job& job : jobs) {
    progress.step(std::to_string(out.pictures.size() + 1) + " of " + std::to_string(jobs.size()) + ": " +
                  job.input.string());
    auto report = run_job(job, options, out.plan, swapper, quiet, &out.warnings);
    out.pictures.push_back({job, {}, {}});
    if (report.ok()) {
      out.pictures.back().report = std::move(*report);
      say_when_stopped(std::to_string(out.pictures.size() - static_cast<std::size_t>(out.failed())) + " of " +
                       std::to_string(jobs.size()) + " pictures were done");
    } else {
      out.pictures.back().error = report.status();
    }
  }
  say_when_stopped("");
  out.network = swapper.network();
  return out;
}

nlohmann::json outcome_json(const BatchOptions& options, const Outcome& outcome) {
  nlohmann::json json;
  json["pictures"] = nlohmann::json::array();
  for (const Outcome::Picture& picture : outcome.pictures) {
    nlohmann::json one = picture.error ? nlohmann::json{{"output", nullptr},
                                                        {"reason", code_name(picture.error->code())},
                                                        {"error", picture.error->message()}}
                                       : photo_swap_json(picture.report, outcome.plan.roles);
    one["input"] = picture.job.input.string();
    if (!picture.error) one["output"] = picture.job.output.string();
    json["pictures"].push_back(std::move(one));
  }
  json["failed"] = outcome.failed();
  json["warnings"] = outcome.warnings;
  json["mode"] = options.photo.shared.mode.name;
  json["network"] = outcome.network.empty() ? nlohmann::json() : nlohmann::json(outcome.network);
  return json;
}

void print_outcome(const BatchOptions& options, const Outcome& outcome) {
  const SharedOptions& shared = options.photo.shared;
  if (shared.json) print_json(outcome_json(options, outcome));
  for (const Outcome::Picture& picture : outcome.pictures) {
    if (picture.error) continue;
    if (!shared.json)
      std::printf("%s: %d of %zu faces fused\n", picture.job.output.c_str(), picture.report.fused_count(),
                  picture.report.faces.size());
    if (!shared.trace) continue;
    for (const StageReport& stage : picture.report.stages)
      std::fprintf(stderr, "%-10s %8.2f ms\n", stage.stage.c_str(), stage.milliseconds);
  }
  std::fflush(stdout);
  print_shared_remarks(shared, outcome.network, outcome.warnings, "picture");
  if (outcome.failed() == 0) return;
  remark(std::to_string(outcome.failed()) + " of " + std::to_string(outcome.pictures.size()) +
         " pictures failed:");
  for (const Outcome::Picture& picture : outcome.pictures) {
    if (picture.error) std::fprintf(stderr, "  %s\n", printable(picture.error->message()).c_str());
  }
}

}  // namespace

Command add_batch(Arguments& app, const Common& common) {
  auto o = std::make_shared<BatchOptions>();
  app.add_option("input", o->inputs, "Photos, folders of photos, or patterns like 'in/*.jpg'").required();
  app.add_option("-o,--output", o->output,
                 "Where to: a folder, or a pattern like 'out/{name}.{ext}'; {name} and {ext} are the input's")
      .required();
  add_photo_swap_options(app, &o->photo);
  app.footer(
      "Example: mien batch -s anna.jpg 'in/*.jpg' -o 'out/{name}-anna.png'\n"
      "Pictures that fail are listed at the end, with exit code 1; the others are done.");
  return [o, &common] {
    const auto outcome = run(*o, common);
    if (!outcome.ok()) return static_cast<int>(report_failure(outcome.status(), o->photo.shared.json));
    print_outcome(*o, *outcome);
    return static_cast<int>(outcome->failed() == 0 ? kDone : kFailed);
  };
}

}  // namespace mien::cli
