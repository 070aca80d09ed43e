#include "photo_swap.h"

#include "core/try.h"
#include "report.h"

namespace mien::cli {
namespace {

namespace fs = std::filesystem;

Status nothing_fused(const fs::path& target, const FusionReport& report, const PhotoSwapPlan& plan) {
  const std::string file = target.string();
  if (report.faces.empty()) {
    return {Code::kNoFace, file + ": no face was found, so nothing was written; " + kNoFaceAdvice};
  }
  std::string why;
  for (const FaceReport& face : report.faces)
    why += (why.empty() ? "" : "; ") + ("face " + std::to_string(face.number) + ": " + face.note);
  for (const MissingPerson& person : report.missing)
    why += "; " + missing_in_words(person, plan.roles, plan.how.min_similarity);
  return {Code::kNoFace, file + ": no face could be fused, so nothing was written (" + why + ")"};
}

}  // namespace

void add_photo_swap_options(Arguments& app, PhotoSwapOptions* o) {
  add_shared_options(app, &o->shared);
  add_face_options(app, &o->face);
  app.add_option("--tone-threshold", o->tone_threshold,
                 "Skin that differs from the target's by more (CIEDE2000) is corrected (default 5)")
      .check(Range(0.0, 100.0));
  app.add_option("--tone-strength", o->tone_strength, "By how much: 0 not at all, 1 all the way (default 1)")
      .check(Range(0.0, 1.0));
  app.add_option(
         "--budget-ms", o->budget_ms,
         "With --mode auto: the best mode with which the faces are done in this time, from the decoded "
         "photo to the fused one (default: the best there is)")
      .check(Range(1.0, 1e6));
  app.add_option("--quality", o->quality, "1 to 100, for JPEG and WebP (default 92)").check(Range(1, 100));
}

Result<PhotoSwapPlan> plan_photo_swap(const PhotoSwapOptions& options) {
  PhotoSwapPlan out;
  out.encode = {options.quality, {}, options.shared.overwrite};
  MIEN_TRY(out.encode.validate());
  out.how = fusion_of(options.shared);
  out.how.tone_threshold = options.tone_threshold, out.how.tone_strength = options.tone_strength;
  out.how.measure_identity = options.shared.json;
  if (options.budget_ms && !options.shared.mode.is_auto())
    return Status(Code::kInvalidArgument, "--budget-ms goes with --mode auto, not with --mode " +
                                              options.shared.mode.name + "; say --mode auto or leave it out");
  out.how.budget_ms = options.budget_ms;
  MIEN_TRY(choose_faces(options.face, &out.how));
  MIEN_TRY(out.how.validate());
  MIEN_ASSIGN(out.roles, roles_of(options.shared.cast));
  return out;
}

Result<PhotoSwapper> PhotoSwapper::open(const PhotoSwapOptions& options, const PhotoSwapPlan& plan,
                                        const Common& common, Progress& progress) {
  MIEN_ASSIGN(const fs::path models, models_folder(common));
  MIEN_ASSIGN(Engine engine, Engine::create(engine_options_of(options.shared, common, models)));
  PhotoSwapper out(plan, std::make_unique<Engine>(std::move(engine)));
  progress.step("enrolling");
  MIEN_ASSIGN(out.cast_,
              load_cast(plan.roles, loader_of(options.shared, common, *out.engine_, out.session_, models)));
  return out;
}

Result<FusionReport> PhotoSwapper::swap(const Photo& target, const fs::path& target_file,
                                        const fs::path& output, Progress& progress) {
  progress.step("fusing");
  auto report = session_.fuse(target.image.view(), cast_.castings, plan_.how, fused_);
  if (!report.ok()) return report.status().with_context(target_file.string());
  if (report->fused_count() == 0 && plan_.how.strength > 0) {
    const Status why = nothing_fused(target_file, *report, plan_);
    refused_ = std::move(*report);
    return why;
  }
  progress.step("writing");
  MIEN_ASSIGN(const LabelRecord label, write_image(fused_, target.metadata, output, plan_.encode));
  static_cast<void>(label);
  return report;
}

nlohmann::json photo_swap_json(const FusionReport& report, const std::vector<Role>& roles) {
  nlohmann::json json = fusion_json(report);
  json["mode"] = mode_name(report.mode);
  json["network"] = report.network.empty() ? nlohmann::json() : nlohmann::json(report.network);
  for (nlohmann::json& face : json["faces"]) {
    const int casting = face["casting"].get<int>();
    face.erase("casting");
    if (casting >= 0) face["source"] = roles[static_cast<std::size_t>(casting)].source.string();
  }
  json["missing"] = missing_json(report.missing, roles);
  return json;
}

}  // namespace mien::cli
