// mien swap
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>

#include "commands.h"
#include "consent.h"
#include "core/try.h"
#include "mien/engine.h"
#include "mien/media.h"
#include "mode.h"
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
  fs::path source, target, output;
  float strength = 1.0f;
  std::string face = "all";
  int quality = 92;
  ModeOption mode;
  std::string blend = "alpha";
  float tone_threshold = 5, tone_strength = 1;
  bool json = false, trace = false, overwrite = false, no_visible_mark = false, consent = false;
};

Result<FusionOptions> fusion_options(const SwapOptions& options) {
  FusionOptions out;
  out.strength = options.strength;
  out.visible_mark = !options.no_visible_mark;
  out.blend = options.blend == "poisson" ? BlendMode::kPoisson : options.blend == "multiband" ? BlendMode::kMultiband : BlendMode::kAlpha;
  out.tone_threshold = options.tone_threshold, out.tone_strength = options.tone_strength;
  if (options.face == "largest") {
    out.faces = FaceChoice::kLargest;
  } else if (options.face != "all") {
    const char *begin = options.face.data(), *end = begin + options.face.size();
    const auto parsed = std::from_chars(begin, end, out.face_number);
    if (parsed.ec != std::errc() || parsed.ptr != end || out.face_number < 1) {
      return Status(Code::kInvalidArgument, "--face is '" + options.face + "', expected largest, all, or a number counted from the left, like 2");
    }
    out.faces = FaceChoice::kNumber;
  }
  MIEN_TRY(out.validate());
  return out;
}

Done output_is_no_input(const SwapOptions& options) {
  std::error_code error;
  for (const fs::path& input : {options.source, options.target}) {
    if (fs::equivalent(input, options.output, error)) {
      return Status(Code::kInvalidArgument, "the output " + options.output.string() + " is one of the inputs; choose another name, inputs are never overwritten");
    }
  }
  return {};
}

struct Outcome {
  FusionReport report;
  std::vector<std::string> warnings;
  std::string network;  // that refined the faces; empty: none
  double total_ms = 0;
};

Status nothing_fused(const SwapOptions& options, const FusionReport& report) {
  const std::string file = options.target.string();
  if (report.faces.empty()) {
    return {Code::kNoFace, file + ": no face was found, so nothing was written; use a picture that shows a face larger than 32 px and not upside down"};
  }
  std::string why;
  for (const FaceReport& face : report.faces) why += (why.empty() ? "" : "; ") + ("face " + std::to_string(face.number) + ": " + face.note);
  return {Code::kNoFace, file + ": no face could be fused, so nothing was written (" + why + ")"};
}

Result<Outcome> swap(const SwapOptions& options, const Common& common, Progress& progress) {
  const auto start = std::chrono::steady_clock::now();
  const EncodeOptions encode{options.quality, {}, options.overwrite};
  MIEN_TRY(encode.validate());
  MIEN_ASSIGN(const FusionOptions how, fusion_options(options));
  MIEN_TRY(output_is_no_input(options));
  std::error_code error;
  if (!options.overwrite && fs::is_regular_file(options.output, error)) {
    return Status(Code::kUnwritable, options.output.string() + " exists already; choose another name or add --overwrite");
  }
  MIEN_TRY(check_output(options.output, encode));
  MIEN_TRY(require_consent(options.consent));

  progress.step("reading");
  MIEN_ASSIGN(const Photo source_photo, read_photo(options.source));
  MIEN_ASSIGN(const Photo target_photo, read_photo(options.target));
  MIEN_ASSIGN(const fs::path models, models_folder(common));
  MIEN_ASSIGN(const Engine engine, Engine::create({models, common.threads, options.mode.value()}));
  Session session = engine.open_session();
  progress.step("enrolling the source");
  auto source = session.enrol(source_photo.image.view());
  if (!source.ok()) return source.status().with_context(options.source.string());
  progress.step("fusing");
  FusedImage fused;
  auto report = session.fuse(target_photo.image.view(), *source, how, fused);
  if (!report.ok()) return report.status().with_context(options.target.string());
  if (report->fused_count() == 0 && how.strength > 0) return nothing_fused(options, *report);
  progress.step("writing");
  MIEN_ASSIGN(const LabelRecord label, write_image(fused, target_photo.metadata, options.output, encode));
  static_cast<void>(label);
  const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
  return Outcome{std::move(*report), source->warnings(), engine.fusion_network(), elapsed.count()};
}

void print_outcome(const SwapOptions& options, const Outcome& outcome) {
  if (options.json) {
    nlohmann::json json = fusion_json(outcome.report);
    json["output"] = options.output.string();
    json["warnings"] = outcome.warnings;
    json["mode"] = options.mode.name;
    json["network"] = outcome.network.empty() ? nlohmann::json() : nlohmann::json(outcome.network);
    json["total_ms"] = std::round(outcome.total_ms * 10) / 10;
    print_json(json);
  } else {
    std::printf("%s: %d of %zu faces fused in %.0f ms\n", options.output.c_str(), outcome.report.fused_count(), outcome.report.faces.size(), outcome.total_ms);
  }
  const std::string missing = missing_network_remark(options.mode, outcome.network);
  if (!missing.empty()) remark(missing);
  for (const std::string& warning : outcome.warnings) remark(warning);
  for (const FaceReport& face : outcome.report.faces) {
    if (!face.note.empty()) remark("face " + std::to_string(face.number) + ": " + face.note);
  }
  if (options.no_visible_mark) {
    remark("the visible mark was left out as you asked; where the law or fairness demands it, tell viewers yourself that the picture is synthetic. "
           "The label in the file's metadata is there");
  }
  if (!options.trace) return;
  for (const StageReport& stage : outcome.report.stages) std::fprintf(stderr, "%-10s %8.2f ms\n", stage.stage.c_str(), stage.milliseconds);
}

#ifdef MIEN_WITH_VIDEO
VideoOptions video_options(const SwapOptions& o, bool quality_given) {
  VideoOptions out;
  out.source = o.source, out.target = o.target, out.output = o.output;
  out.strength = o.strength, out.face = o.face, out.blend = o.blend, out.mode = o.mode;
  if (quality_given) out.quality = o.quality;
  out.json = o.json, out.trace = o.trace, out.overwrite = o.overwrite, out.no_visible_mark = o.no_visible_mark, out.consent = o.consent;
  return out;
}
#endif

}  // namespace

Command add_swap(CLI::App& app, const Common& common) {
  auto o = std::make_shared<SwapOptions>();
  app.add_option("-s,--source", o->source, "Photo of the person whose face is used")->required();
  app.add_option("-t,--target", o->target, "Photo or clip whose faces are changed")->required();
  app.add_option("-o,--output", o->output, "Result: .jpg, .png or .webp; of a clip .mp4, .mov, .mkv or .webm")->required();
  app.add_option("--strength", o->strength, "0 leaves the target as it is, 1 gives the source's face (default 1)")->check(CLI::Range(0.0, 1.0));
  app.add_option("--face", o->face, "Which faces: all, largest, or a number counted from the left (default all)");
  add_mode_option(app, &o->mode);
  app.add_option("--blend", o->blend, "How the face joins the target: alpha, poisson or multiband (default alpha)")->check(CLI::IsMember({"alpha", "poisson", "multiband"}));
  app.add_option("--tone-threshold", o->tone_threshold, "Skin that differs from the target's by more (CIEDE2000) is corrected (default 5)")->check(CLI::Range(0.0, 100.0));
  app.add_option("--tone-strength", o->tone_strength, "By how much: 0 not at all, 1 all the way (default 1)")->check(CLI::Range(0.0, 1.0));
  app.add_option("--quality", o->quality, "1 to 100, for JPEG and WebP (default 92)")->check(CLI::Range(1, 100));
  app.add_flag("--json", o->json, "Print a report as JSON");
  app.add_flag("--trace", o->trace, "Print how long each stage took");
  app.add_flag("--overwrite", o->overwrite, "Replace an existing output");
  app.add_flag("--no-visible-mark", o->no_visible_mark, "Leave out the visible mark (the metadata label stays)");
  app.add_flag("--i-have-consent", o->consent, "The people shown agree; do not ask");
  app.footer("Example: mien swap -s anna.jpg -t party.jpg -o result.jpg --face largest");
  return [o, &app, &common] {
#ifdef MIEN_WITH_VIDEO
    if (is_clip_file(o->target)) return run_video(video_options(*o, app.count("--quality") > 0), common);
#endif
    Progress progress(!o->json);
    auto outcome = swap(*o, common, progress);
    progress.clear();
    if (!outcome.ok()) return report_error(outcome.status());
    print_outcome(*o, *outcome);
    return static_cast<int>(kDone);
  };
}

}  // namespace mien::cli
