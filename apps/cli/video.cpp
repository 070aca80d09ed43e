// mien video
#include "video.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>

#include "consent.h"
#include "core/try.h"
#include "heap.h"
#include "mien/media.h"
#include "people.h"
#include "report.h"
#include "terminal.h"
#include "video/fuse_clip.h"

namespace mien::cli {
namespace {

namespace fs = std::filesystem;

// 75.5, 1:15.5 or 0:01:15.5
Result<std::optional<double>> seconds_of(const std::string& text, const char* option) {
  if (text.empty()) return std::optional<double>();
  double total = 0;
  const char *at = text.data(), *end = at + text.size();
  for (int part = 0; part < 3; ++part) {
    double value = 0;
    const auto parsed = std::from_chars(at, end, value, std::chars_format::fixed);
    if (parsed.ec != std::errc() || value < 0 || !std::isfinite(value)) break;
    total = 60 * total + value;
    if (parsed.ptr == end) return std::optional<double>(total);
    if (*parsed.ptr != ':') break;
    at = parsed.ptr + 1;
  }
  return Status(Code::kInvalidArgument, std::string(option) + " is '" + text +
                                            "', expected seconds like 12.5, or 1:02.5, or 1:00:02");
}

Result<FusionOptions> fusion_options(const VideoOptions& options) {
  FusionOptions out = fusion_of(options.shared);
  if (options.face == "largest") {
    out.faces = FaceChoice::kLargest;
  } else if (options.face != "all") {
    const char *begin = options.face.data(), *end = begin + options.face.size();
    const auto parsed = std::from_chars(begin, end, out.face_number);
    if (parsed.ec != std::errc() || parsed.ptr != end || out.face_number < 1) {
      return Status(
          Code::kInvalidArgument,
          "--face is '" + options.face +
              "', expected largest, all, or a number in the order in which the faces appear, like 2");
    }
    out.faces = FaceChoice::kNumber;
  }
  MIEN_TRY(out.validate());
  return out;
}

Result<ClipJob> job_of(const VideoOptions& options, const Common& common) {
  ClipJob job;
  job.clip = options.target, job.output = options.output;
  MIEN_ASSIGN(job.fusion, fusion_options(options));
  MIEN_ASSIGN(job.span.from, seconds_of(options.from, "--from"));
  MIEN_ASSIGN(job.span.to, seconds_of(options.to, "--to"));
  job.tracker.detector_period = options.detector_period;
  job.write.encoder = options.encoder == "h264"          ? ClipEncoder::kH264
                      : options.encoder == "vp9"         ? ClipEncoder::kVp9
                      : options.encoder == "ffv1"        ? ClipEncoder::kFfv1
                      : options.encoder == "hevc"        ? ClipEncoder::kHevc
                      : options.encoder == "av1"         ? ClipEncoder::kAv1
                      : options.encoder == "copy-params" ? ClipEncoder::kCopyParams
                                                         : ClipEncoder::kByName;
  job.write.quality = options.quality;
  // Who is short of time is not helped by an encoder that takes longer than everything else.
  job.write.quick = options.shared.mode.is_auto() || options.shared.mode.value() == Mode::kFast;
  job.write.keep_audio = options.audio == "keep";
  job.write.overwrite = options.shared.overwrite;
  job.resume = options.resume;
  if (options.fps_target > 0 && !options.shared.mode.is_auto())
    return Status(Code::kInvalidArgument, "--fps-target goes with --mode auto, not with --mode " +
                                              options.shared.mode.name + "; say --mode auto or leave it out");
  job.write.threads = common.threads;
  return job;
}

// Tells a few times a second how far it is.
class ClipProgressLine {
 public:
  ClipProgressLine(Progress& progress, const fs::path& output) : progress_(progress), output_(output) {}

  void operator()(const ClipProgress& p) {
    if (!began_)
      say_when_stopped("what is finished is kept in " + unfinished_folder(output_).string() +
                           "; the same command with --resume goes on",
                       first_finished_part(output_));
    began_ = true;
    const auto now = std::chrono::steady_clock::now();
    if (now - told_ < std::chrono::milliseconds(200)) return;
    told_ = now;
    char text[300];
    const int share = p.length > 0 ? static_cast<int>(std::min(100.0, 100 * p.seconds / p.length)) : 0,
              left = static_cast<int>(std::lround(p.seconds_left));
    if (p.length > 0) {
      std::snprintf(text, sizeof text, "fusing: %d %%, %d frames, %.1f fps, %d:%02d left", share, p.frames,
                    p.frames_per_second, left / 60, left % 60);
    } else {
      std::snprintf(text, sizeof text, "fusing: %d frames, %.1f fps", p.frames, p.frames_per_second);
    }
    progress_.step(text + (p.level.empty() ? "" : "; " + p.level) + (p.why.empty() ? "" : ": " + p.why));
  }

 private:
  Progress& progress_;
  fs::path output_;
  bool began_ = false;
  std::chrono::steady_clock::time_point told_;
};

struct Outcome {
  ClipReport report;
  std::vector<std::string> warnings;
  std::vector<Role> roles;
  std::string network;
};

// What a clip is fused with: the sources, and an engine without the networks that made them.
struct Enrolled {
  Cast cast;
  Engine engine;
};

Result<Enrolled> enrol(const std::vector<Role>& roles, const VideoOptions& options, const Common& common,
                       const fs::path& models) {
  MIEN_ASSIGN(const Engine engine, Engine::create(engine_options_of(options.shared, common, models)));
  Session session = engine.open_session();
  MIEN_ASSIGN(Cast cast, load_cast(roles, loader_of(options.shared, common, engine, session, models)));
  const bool by_reference = std::any_of(cast.castings.begin(), cast.castings.end(),
                                        [](const Casting& c) { return c.reference != nullptr; });
  return Enrolled{std::move(cast), engine.for_streams(by_reference)};
}

Result<Outcome> fuse(const VideoOptions& options, const Common& common, Progress& progress) {
  MIEN_ASSIGN(ClipJob job, job_of(options, common));
  MIEN_ASSIGN(std::vector<Role> roles, roles_of(options.shared.cast));
  MIEN_TRY(output_is_no_input(options.output, options.target, roles));
  MIEN_TRY(check_not_there(options.shared.overwrite, options.output));
  MIEN_TRY(check_clip_output(options.output, job.write));
  MIEN_TRY(require_consent(options.shared.consent));
  progress.step("reading");
  MIEN_ASSIGN(const fs::path models, models_folder(common));
  progress.step("enrolling");
  MIEN_ASSIGN(const Enrolled enrolled, enrol(roles, options, common, models));
  give_back_freed_memory();
  const Engine& engine = enrolled.engine;
  job.models = engine.networks(), job.network = engine.fusion_network(), job.low_light = common.low_light;
  if (options.shared.mode.is_auto()) {
    ClipPace& pace = job.pace.emplace();
    pace.governor.target_fps = options.fps_target, pace.governor.modes = engine.modes();
    pace.governor.detector_period = options.detector_period;
    pace.machine = this_machine();
    job.tracker.cores = cores_of_this_machine();
  }
  Session session = engine.open_session();
  auto report = fuse_clip(job, enrolled.cast.castings, session, ClipProgressLine(progress, options.output));
  say_when_stopped("");
  if (!report.ok()) return report.status();
  return Outcome{std::move(*report), enrolled.cast.warnings, std::move(roles), engine.fusion_network()};
}

nlohmann::json outcome_json(const VideoOptions& options, const Outcome& outcome) {
  const ClipReport& r = outcome.report;
  const auto rounded = [](double v) { return std::round(v * 1000) / 1000; };
  nlohmann::json json;
  json["output"] = options.output.string();
  json["size_px"] = {r.width, r.height};
  json["input_codec"] = r.codec;
  json["frames"] = r.frames, json["fused_frames"] = r.fused_frames, json["frames_before"] = r.frames_before;
  json["faces"] = r.faces, json["cuts"] = r.cuts;
  json["audio_tracks"] = r.audio_tracks, json["subtitle_tracks"] = r.subtitle_tracks;
  json["seconds"] = rounded(r.seconds);
  json["fps"] = rounded((r.frames - r.frames_before) / std::max(r.seconds, 1e-3));
  json["missing"] = missing_json(r.missing, outcome.roles);
  json["ms_per_frame"] = {
      {"decode", rounded(r.decode_ms)}, {"fuse", rounded(r.fuse_ms)}, {"encode", rounded(r.encode_ms)}};
  json["slowest"] = r.slowest;
  for (const StageReport& stage : r.stages) json["stages_ms"][stage.stage] = rounded(stage.milliseconds);
  json["warnings"] = outcome.warnings;
  json["remarks"] = r.remarks;
  json["mode"] = options.shared.mode.name;
  for (const ClipLevel& level : r.levels)
    json["levels"].push_back(
        {{"frame", level.frame}, {"number", level.number}, {"level", level.text}, {"why", level.why}});
  if (options.fps_target > 0)
    json["fps_target"] = options.fps_target, json["share_in_time"] = rounded(r.share_in_time);
  json["network"] = outcome.network.empty() ? nlohmann::json() : nlohmann::json(outcome.network);
  return json;
}

// The last change, and how many there were: all of them are in the report.
void print_levels(const VideoOptions& options, const ClipReport& r) {
  if (r.levels.size() > 1)
    remark("the level of work was changed " + counted(r.levels.size() - 1, "time", "times") +
           ", at last to \"" + r.levels.back().text + "\" at frame " + std::to_string(r.levels.back().frame) +
           ": " + r.levels.back().why);
  if (options.fps_target > 0)
    remark(std::to_string(std::lround(100 * r.share_in_time)) +
           " % of the frames were fused in the time that " + "--fps-target leaves them");
}

void print_outcome(const VideoOptions& options, const Outcome& outcome) {
  const ClipReport& r = outcome.report;
  if (options.shared.json) {
    print_json(outcome_json(options, outcome));
  } else {
    const int frames_now = r.frames - r.frames_before;
    std::printf("%s: %d of %d frames fused in %.1f s (%.1f fps; %s takes longest)\n", options.output.c_str(),
                r.fused_frames, r.frames, r.seconds, frames_now / std::max(r.seconds, 1e-3),
                r.slowest.c_str());
  }
  if (r.frames_before > 0) {
    remark(std::to_string(r.frames_before) + " frames were finished before");
  }
  print_shared_remarks(options.shared, outcome.network, outcome.warnings, "clip");
  print_missing(r.missing, outcome.roles, options.shared.cast.min_similarity);
  for (const std::string& sentence : r.remarks) remark(sentence);
  print_levels(options, r);
  if (!options.shared.trace) return;
  for (const auto& [name, value] :
       {std::pair{"decode", r.decode_ms}, {"fuse", r.fuse_ms}, {"encode", r.encode_ms}})
    std::fprintf(stderr, "%-10s %8.2f ms a frame\n", name, value);
  for (const StageReport& stage : r.stages)
    std::fprintf(stderr, "  %-10s %8.2f ms\n", stage.stage.c_str(), stage.milliseconds);
}

}  // namespace

int run_video(const VideoOptions& options, const Common& common) {
  keep_clip_memory_small();
  Progress progress(!options.shared.json);
  auto outcome = fuse(options, common, progress);
  progress.clear();
  if (!outcome.ok()) return report_failure(outcome.status(), options.shared.json);
  print_outcome(options, *outcome);
  return kDone;
}

Command add_video(Arguments& app, const Common& common) {
  auto o = std::make_shared<VideoOptions>();
  app.add_option("-t,--target", o->target, "Clip whose faces are changed").required();
  app.add_option("-o,--output", o->output, "Result: .mp4, .mov, .mkv or .webm").required();
  add_shared_options(app, &o->shared);
  app.add_option("--face", o->face,
                 "Which faces: all, largest, or a number in the order in which they appear (default all)");
  app.add_option("--from", o->from, "Begin here: seconds, or 1:02.5");
  app.add_option("--to", o->to, "End here");
  app.add_option("--quality", o->quality, "1 to 100 (default 80, hard to tell from the original)")
      .check(Range(1, 100));
  app.add_option(
         "--encoder", o->encoder,
         "h264, hevc, vp9, av1, or ffv1, which loses nothing (default h264, in .webm vp9); copy-params: "
         "codec, profile, data rate and key frames as the clip has them, whatever --quality says")
      .check(OneOf{{"h264", "hevc", "vp9", "av1", "ffv1", "copy-params"}});
  app.add_option("--audio", o->audio, "keep (as it is, bit by bit) or drop (default keep)")
      .check(OneOf{{"keep", "drop"}});
  app.add_option(
         "--detector-period", o->detector_period,
         "Frames from one look for new faces to the next (default 10); below 24 frames a second as long as "
         "so many last at 24")
      .check(Range(1, 1000));
  app.add_option(
         "--fps-target", o->fps_target,
         "With --mode auto: frames a second that are wanted; work per frame becomes less when faces take "
         "longer (default: none, only heat and power count)")
      .check(Range(1.0, 1000.0));
  app.add_flag(
      "--resume", o->resume,
      "Go on where an earlier run of the same command stopped: OUT.mien-part keeps what it finished");
  app.footer(
      "Examples:\n  mien video -s anna.jpg -t party.mp4 -o result.mp4 --from 0:05 --to 0:15\n"
      "  mien video --map anna.jpg=bob.jpg --map carl.mien=dora.jpg -t talk.mp4 -o result.mp4    two people "
      "get other faces, the rest stays");
  return [o, &common] { return run_video(*o, common); };
}

}  // namespace mien::cli
