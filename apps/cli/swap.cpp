// mien swap
#include <chrono>
#include <cmath>
#include <cstdio>
#include <list>
#include <memory>

#include "commands.h"
#include "consent.h"
#include "core/try.h"
#include "face_choice.h"
#include "mien/engine.h"
#include "mien/media.h"
#include "mode.h"
#include "people.h"
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
  std::vector<std::string> maps;  // SRC=REF
  FaceChoiceOptions face;
  float min_similarity = kSamePersonFrom;
  int quality = 92;
  ModeOption mode;
  std::string blend = "alpha";
  float tone_threshold = 5, tone_strength = 1;
  bool json = false, trace = false, overwrite = false, no_visible_mark = false, no_cache = false, consent = false;
};

Result<FusionOptions> fusion_options(const SwapOptions& options) {
  FusionOptions out;
  out.strength = options.strength;
  out.visible_mark = !options.no_visible_mark;
  out.blend = blend_mode(options.blend);
  out.tone_threshold = options.tone_threshold, out.tone_strength = options.tone_strength;
  out.min_similarity = options.min_similarity;
  out.measure_identity = options.json;
  MIEN_TRY(choose_faces(options.face, &out));
  MIEN_TRY(out.validate());
  return out;
}

// One source and the person who gets it.
struct Role {
  fs::path source, reference;  // reference: empty: everybody else
};

// "SRC=REF"; where names hold a '=' themselves, the split that gives two files that exist.
Result<Role> parse_map(const std::string& text) {
  std::error_code error;
  std::optional<Role> first;
  for (std::size_t at = text.find('='); at != std::string::npos; at = text.find('=', at + 1)) {
    const Role role{text.substr(0, at), text.substr(at + 1)};
    if (role.source.empty() || role.reference.empty()) continue;
    if (fs::exists(role.source, error) && fs::exists(role.reference, error)) return role;
    if (!first) first = role;
  }
  if (!first) return Status(Code::kInvalidArgument, "--map is '" + text + "', expected SRC=REF: a source, and a photo of the person in the target who gets it, like anna.jpg=bob.jpg");
  return *first;
}

Result<std::vector<Role>> roles_of(const SwapOptions& options) {
  std::vector<Role> out;
  for (const std::string& map : options.maps) {
    MIEN_ASSIGN(Role role, parse_map(map));
    out.push_back(std::move(role));
  }
  if (!options.source.empty()) out.push_back({options.source, {}});
  if (out.empty()) return Status(Code::kInvalidArgument, "no source was named; add --source FILE, or --map SRC=REF for each person");
  return out;
}

Done output_is_no_input(const SwapOptions& options, const std::vector<Role>& roles) {
  std::vector<fs::path> inputs = {options.target};
  for (const Role& role : roles) inputs.insert(inputs.end(), {role.source, role.reference});
  std::error_code error;
  for (const fs::path& input : inputs) {
    if (fs::equivalent(input, options.output, error)) {
      return Status(Code::kInvalidArgument, "the output " + options.output.string() + " is one of the inputs; choose another name, inputs are never overwritten");
    }
  }
  return {};
}

// Sources and references in memory; the cast points into the lists.
struct Cast {
  std::list<Source> sources;
  std::list<Identity> references;
  std::vector<Casting> castings;
  std::vector<std::string> warnings;
};

Result<Cast> load_cast(const std::vector<Role>& roles, const Loader& with) {
  Cast out;
  for (const Role& role : roles) {
    MIEN_ASSIGN(Source source, load_source(role.source, with));
    for (const std::string& warning : source.warnings()) out.warnings.push_back(roles.size() > 1 ? role.source.string() + ": " + warning : warning);
    out.sources.push_back(std::move(source));
    Casting casting{&out.sources.back(), nullptr};
    if (!role.reference.empty()) {
      MIEN_ASSIGN(const Identity reference, load_reference(role.reference, with));
      out.references.push_back(reference);
      casting.reference = &out.references.back();
    }
    out.castings.push_back(casting);
  }
  return out;
}

struct Outcome {
  FusionReport report;
  std::vector<std::string> warnings;
  std::vector<Role> roles;
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

Done check_output_place(const SwapOptions& options, const EncodeOptions& encode) {
  std::error_code error;
  if (!options.overwrite && fs::is_regular_file(options.output, error)) {
    return Status(Code::kUnwritable, options.output.string() + " exists already; choose another name or add --overwrite");
  }
  return check_output(options.output, encode);
}

Result<Outcome> swap(const SwapOptions& options, const Common& common, Progress& progress) {
  const auto start = std::chrono::steady_clock::now();
  const EncodeOptions encode{options.quality, {}, options.overwrite};
  MIEN_TRY(encode.validate());
  MIEN_ASSIGN(const FusionOptions how, fusion_options(options));
  MIEN_ASSIGN(std::vector<Role> roles, roles_of(options));
  MIEN_TRY(output_is_no_input(options, roles));
  MIEN_TRY(check_output_place(options, encode));
  MIEN_TRY(require_consent(options.consent));

  progress.step("reading");
  MIEN_ASSIGN(const Photo target, read_photo(options.target));
  MIEN_ASSIGN(const fs::path models, models_folder(common));
  MIEN_ASSIGN(const Engine engine, Engine::create(common.engine_options(models, options.mode.value())));
  Session session = engine.open_session();
  progress.step("enrolling");
  MIEN_ASSIGN(Cast cast,
              load_cast(roles, {engine, session, models,
                                options.no_cache || common.low_light == "off" ? PhotoCache::disabled()
                                                                              : PhotoCache::of_user()}));
  if (!target.remark.empty()) cast.warnings.push_back(options.target.string() + ": " + target.remark);
  progress.step("fusing");
  FusedImage fused;
  auto report = session.fuse(target.image.view(), cast.castings, how, fused);
  if (!report.ok()) return report.status().with_context(options.target.string());
  if (report->fused_count() == 0 && how.strength > 0) return nothing_fused(options, *report);
  progress.step("writing");
  MIEN_ASSIGN(const LabelRecord label, write_image(fused, target.metadata, options.output, encode));
  static_cast<void>(label);
  const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
  return Outcome{std::move(*report), std::move(cast.warnings), std::move(roles), engine.fusion_network(), elapsed.count()};
}

// Names the files where the library knows numbers only.
nlohmann::json outcome_json(const SwapOptions& options, const Outcome& outcome) {
  nlohmann::json json = fusion_json(outcome.report);
  for (nlohmann::json& face : json["faces"]) {
    const int casting = face["casting"].get<int>();
    face.erase("casting");
    if (casting >= 0) face["source"] = outcome.roles[static_cast<std::size_t>(casting)].source.string();
  }
  json["missing"] = nlohmann::json::array();
  for (const MissingPerson& person : outcome.report.missing) {
    json["missing"].push_back({{"reference", outcome.roles[static_cast<std::size_t>(person.casting)].reference.string()}, {"best_similarity", person.best_similarity}});
  }
  json["output"] = options.output.string();
  json["warnings"] = outcome.warnings;
  json["mode"] = options.mode.name;
  json["network"] = outcome.network.empty() ? nlohmann::json() : nlohmann::json(outcome.network);
  json["total_ms"] = std::round(outcome.total_ms * 10) / 10;
  return json;
}

void print_missing(const SwapOptions& options, const Outcome& outcome) {
  for (const MissingPerson& person : outcome.report.missing) {
    char text[96];
    std::snprintf(text, sizeof text, "; the nearest has similarity %.2f, expected at least %.2f (--min-similarity)", static_cast<double>(person.best_similarity),
                  static_cast<double>(options.min_similarity));
    remark("nobody in the target looks like " + outcome.roles[static_cast<std::size_t>(person.casting)].reference.string() + (person.best_similarity > -1 ? text : ""));
  }
}

void print_outcome(const SwapOptions& options, const Outcome& outcome) {
  if (options.json) {
    print_json(outcome_json(options, outcome));
  } else {
    std::printf("%s: %d of %zu faces fused in %.0f ms\n", options.output.c_str(), outcome.report.fused_count(), outcome.report.faces.size(), outcome.total_ms);
  }
  const std::string missing = missing_network_remark(options.mode, outcome.network);
  if (!missing.empty()) remark(missing);
  for (const std::string& warning : outcome.warnings) remark(warning);
  print_missing(options, outcome);
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
// What of swap's options a clip takes; the others are refused, not ignored.
Result<VideoOptions> video_options(const SwapOptions& o, bool quality_given) {
  if (o.source.empty() || !o.maps.empty()) return Status(Code::kInvalidArgument, "a clip takes one --source and no --map, for the time being");
  if (o.face.face.size() != 1 || o.face.order != "left") return Status(Code::kInvalidArgument, "a clip takes --face all, largest or a number, and no --order");
  VideoOptions out;
  out.source = o.source, out.target = o.target, out.output = o.output;
  out.strength = o.strength, out.face = o.face.face.front(), out.blend = o.blend, out.mode = o.mode;
  if (quality_given) out.quality = o.quality;
  out.json = o.json, out.trace = o.trace, out.overwrite = o.overwrite, out.no_visible_mark = o.no_visible_mark, out.no_cache = o.no_cache, out.consent = o.consent;
  return out;
}
#endif

}  // namespace

Command add_swap(CLI::App& app, const Common& common) {
  auto o = std::make_shared<SwapOptions>();
  app.add_option("-s,--source", o->source, "The person whose face is used: a photo, or a file of mien enrol (.mien)");
  app.add_option("-t,--target", o->target, "Photo or clip whose faces are changed")->required();
  app.add_option("-o,--output", o->output, "Result: .jpg, .png or .webp; of a clip .mp4, .mov, .mkv or .webm")->required();
  app.add_option("--strength", o->strength, "0 leaves the target as it is, 1 gives the source's face (default 1)")->check(CLI::Range(0.0, 1.0));
  add_face_options(app, &o->face);
  app.add_option("--map", o->maps, "SRC goes onto the person in the target who looks like the photo REF; may be repeated. Others get --source, or stay as they are")->type_name("SRC=REF")->allow_extra_args(false);
  app.add_option("--min-similarity", o->min_similarity, "How much a face must look like REF, -1 to 1 (default 0.35)")->check(CLI::Range(-1.0, 1.0));
  add_mode_option(app, &o->mode);
  app.add_option("--blend", o->blend,
                 "How the face joins the target: alpha, poisson, mixed or multiband (default alpha)")
      ->check(CLI::IsMember({"alpha", "poisson", "mixed", "multiband"}));
  app.add_option("--tone-threshold", o->tone_threshold, "Skin that differs from the target's by more (CIEDE2000) is corrected (default 5)")->check(CLI::Range(0.0, 100.0));
  app.add_option("--tone-strength", o->tone_strength, "By how much: 0 not at all, 1 all the way (default 1)")->check(CLI::Range(0.0, 1.0));
  app.add_option("--quality", o->quality, "1 to 100, for JPEG and WebP (default 92)")->check(CLI::Range(1, 100));
  app.add_flag("--json", o->json, "Print a report as JSON");
  app.add_flag("--trace", o->trace, "Print how long each stage took");
  app.add_flag("--overwrite", o->overwrite, "Replace an existing output");
  app.add_flag("--no-visible-mark", o->no_visible_mark, "Leave out the visible mark (the metadata label stays)");
  app.add_flag("--no-cache", o->no_cache, "Do not remember what the networks said about the sources (see mien cache)");
  app.add_flag("--i-have-consent", o->consent, "The people shown agree; do not ask");
  app.footer("Examples:\n  mien swap -s anna.jpg -t party.jpg -o result.jpg --face largest\n"
             "  mien swap --map anna.jpg=bob.jpg --map carl.mien=dora.jpg -t party.jpg -o result.jpg    two people get other faces, the rest stays");
  return [o, &app, &common] {
#ifdef MIEN_WITH_VIDEO
    if (is_clip_file(o->target)) {
      const auto clip = video_options(*o, app.count("--quality") > 0);
      return clip.ok() ? run_video(*clip, common) : report_error(clip.status());
    }
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
