// mien swap
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>

#include "commands.h"
#include "consent.h"
#include "core/try.h"
#include "photo_swap.h"
#include "report.h"
#include "terminal.h"
#ifdef MIEN_WITH_VIDEO
#include "video.h"
#include "video/clip_file.h"
#endif

namespace mien::cli {
namespace {

namespace fs = std::filesystem;

struct SwapOptions {
  PhotoSwapOptions photo;
  fs::path target, output;
  bool resume = false;
};

struct Outcome {
  FusionReport report;
  std::vector<std::string> warnings;
  std::vector<Role> roles;
  std::string network;  // that refined the faces; empty: none
  double total_ms = 0;
};

// Of a picture of which no face could be fused: what was found, and why not.
nlohmann::json refusal_json(const FusionReport& report, const std::vector<Role>& roles) {
  nlohmann::json json = photo_swap_json(report, roles);
  json["reason"] = report.faces.empty() ? "no_face" : "no_face_fused";
  return json;
}

// *refusal: what is known of a target of which no face could be fused.
Result<Outcome> swap(const SwapOptions& options, const Common& common, Progress& progress,
                     nlohmann::json* refusal) {
  const auto start = std::chrono::steady_clock::now();
  MIEN_ASSIGN(PhotoSwapPlan plan, plan_photo_swap(options.photo));
  MIEN_TRY(output_is_no_input(options.output, options.target, plan.roles));
  MIEN_TRY(check_not_there(options.photo.shared.overwrite, options.output));
  MIEN_TRY(check_output(options.output, plan.encode));
  MIEN_TRY(require_consent(options.photo.shared.consent));
  progress.step("reading");
  MIEN_ASSIGN(const Photo target, read_photo(options.target));
  MIEN_ASSIGN(PhotoSwapper swapper, PhotoSwapper::open(options.photo, plan, common, progress));
  auto fused = swapper.swap(target, options.target, options.output, progress);
  if (!fused.ok()) {
    if (swapper.refused()) *refusal = refusal_json(*swapper.refused(), plan.roles);
    return fused.status();
  }
  FusionReport report = std::move(*fused);
  const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
  std::vector<std::string> warnings = swapper.warnings();
  if (!target.remark.empty()) warnings.push_back(options.target.string() + ": " + target.remark);
  return Outcome{std::move(report), std::move(warnings), std::move(plan.roles), swapper.network(),
                 elapsed.count()};
}

nlohmann::json outcome_json(const SwapOptions& options, const Outcome& outcome) {
  nlohmann::json json = photo_swap_json(outcome.report, outcome.roles);
  json["output"] = options.output.string();
  json["warnings"] = outcome.warnings;
  if (options.photo.budget_ms) json["budget_ms"] = *options.photo.budget_ms;
  json["total_ms"] = std::round(outcome.total_ms * 10) / 10;
  return json;
}

void print_outcome(const SwapOptions& options, const Outcome& outcome) {
  const SharedOptions& shared = options.photo.shared;
  if (shared.json) {
    print_json(outcome_json(options, outcome));
  } else {
    std::printf("%s: %d of %zu faces fused in %.0f ms\n", options.output.c_str(),
                outcome.report.fused_count(), outcome.report.faces.size(), outcome.total_ms);
  }
  print_shared_remarks(shared, outcome.network, outcome.warnings, "picture");
  print_missing(outcome.report.missing, outcome.roles, shared.cast.min_similarity);
  for (const FaceReport& face : outcome.report.faces) {
    if (!face.note.empty()) remark("face " + std::to_string(face.number) + ": " + face.note);
  }
  if (!shared.trace) return;
  for (const StageReport& stage : outcome.report.stages)
    std::fprintf(stderr, "%-10s %8.2f ms\n", stage.stage.c_str(), stage.milliseconds);
}

#ifdef MIEN_WITH_VIDEO
// What of swap's options a clip takes; the others are refused, not ignored.
Result<VideoOptions> video_options(const SwapOptions& o, const Arguments& app) {
  const FaceChoiceOptions& face = o.photo.face;
  if (o.photo.budget_ms)
    return Status(Code::kInvalidArgument,
                  "--budget-ms is for photos; for a clip say mien video --mode auto --fps-target");
  if (face.face.size() != 1 || face.order != "left")
    return Status(Code::kInvalidArgument, "a clip takes --face all, largest or a number, and no --order");
  for (const char* option : {"--tone-threshold", "--tone-strength"}) {
    if (app.given(option))
      return Status(Code::kInvalidArgument, std::string(option) +
                                                " is for photos; in a clip the tone correction is off, since "
                                                "its threshold would flicker");
  }
  VideoOptions out;
  out.shared = o.photo.shared;
  out.target = o.target, out.output = o.output, out.face = face.face.front(), out.resume = o.resume;
  if (app.given("--quality")) out.quality = o.photo.quality;
  return out;
}
#endif

}  // namespace

Command add_swap(Arguments& app, const Common& common) {
  auto o = std::make_shared<SwapOptions>();
  app.add_option("-t,--target", o->target, "Photo or clip whose faces are changed").required();
  app.add_option("-o,--output", o->output, "Result: .jpg, .png or .webp; of a clip .mp4, .mov, .mkv or .webm")
      .required();
  add_photo_swap_options(app, &o->photo);
#ifdef MIEN_OFFERS_CLIPS
  app.add_flag("--resume", o->resume, "Go on with a clip where an earlier run stopped (see mien video)");
#endif
  app.footer(
      "Examples:\n  mien swap -s anna.jpg -t party.jpg -o result.jpg --face largest\n"
      "  mien swap --map anna.jpg=bob.jpg --map carl.mien=dora.jpg -t party.jpg -o result.jpg    two people "
      "get other faces, the rest stays");
  return [o, &app, &common] {
#ifdef MIEN_WITH_VIDEO
    if (is_clip_file(o->target)) {
      const auto clip = video_options(*o, app);
      return clip.ok() ? run_video(*clip, common) : report_failure(clip.status(), o->photo.shared.json);
    }
#endif
    std::error_code error;
    if (o->resume && fs::exists(o->target, error))
      return report_failure(
          {Code::kInvalidArgument, "--resume was given for " + o->target.string() +
                                       ", which is no clip; expected a clip, leave it out for "
                                       "photos"},
          o->photo.shared.json);
    Progress progress(!o->photo.shared.json);
    auto refusal = nlohmann::json::object();
    auto outcome = swap(*o, common, progress, &refusal);
    progress.clear();
    if (!outcome.ok()) return report_failure(outcome.status(), o->photo.shared.json, std::move(refusal));
    print_outcome(*o, *outcome);
    return static_cast<int>(kDone);
  };
}

}  // namespace mien::cli
