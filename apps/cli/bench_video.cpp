// mien bench video: frames a second of each stage, after checking that the result is right.
#include "bench_video.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/try.h"
#include "heap.h"
#include "mien/media.h"
#include "mode.h"
#include "report.h"
#include "terminal.h"
#include "video/bench_clip.h"
#include "video/fuse_clip.h"

namespace mien::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kHeightOfFacePx = 720;  // at which a face is BenchScene::face_px wide

struct BenchVideoOptions {
  fs::path source, target;
  std::string mode;  // empty: all
  std::vector<int> heights = {480, 720, 1080, 1440, 2160}, faces = {1, 2, 4, 8};
  int frames = 30;
};

// A folder that goes with its clips.
class ScratchFolder {
 public:
  ScratchFolder() : folder_(fs::temp_directory_path() / ("mien-bench-video-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  fs::path operator/(const char* name) const { return folder_ / name; }

 private:
  fs::path folder_;
};

double rounded(double v) { return std::round(v * 100) / 100; }

Json percentiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return rounded(values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))]);
  };
  double sum = 0;
  for (const double v : values) sum += v;
  return {{"p50", at(0.5)}, {"p95", at(0.95)}, {"mean", rounded(sum / static_cast<double>(values.size()))}};
}

double frames_per_second(const std::vector<double>& times_ms) {
  double sum = 0;
  for (const double ms : times_ms) sum += ms;
  return rounded(1000 * static_cast<double>(times_ms.size()) / std::max(sum, 1e-6));
}

// What all rows use.
struct Bench {
  const Engine &engine, &one_thread, &two_threads;
  const Source& source;
  ImageView target;
  Box face;  // in the target
  int threads;
};

// As `mien video` does it, the three stages at the same time.
Result<double> together_fps(const Bench& bench, const fs::path& clip, const fs::path& out, Mode mode,
                            Session& session) {
  ClipJob job;
  job.clip = clip, job.output = out;
  job.fusion.mode = mode;
  job.models = bench.engine.networks();
  job.write.overwrite = true, job.write.threads = bench.threads;
  job.write.quick = mode == Mode::kFast;
  const Casting only{&bench.source, nullptr};
  MIEN_ASSIGN(const ClipReport report, fuse_clip(job, {&only, 1}, session, {}));
  if (report.fused_frames != report.frames)
    return Status(Code::kInternal, clip.string() + ": " + std::to_string(report.fused_frames) + " of " +
                                       std::to_string(report.frames) + " frames were fused, expected all");
  return rounded(report.frames / std::max(report.seconds, 1e-6));
}

Result<Json> row_of(const Bench& bench, const BenchScene& scene, const fs::path& clip, const fs::path& out,
                    Mode mode) {
  {
    Session one = bench.one_thread.open_session(), two = bench.two_threads.open_session();
    MIEN_TRY(check_bench_clip(clip, bench.source, mode, scene.faces, one, two));
  }
  Session session = bench.engine.open_session();
  MIEN_ASSIGN(const ClipTimes times, time_clip(clip, bench.source, mode, bench.threads, session));
  MIEN_ASSIGN(const double together, together_fps(bench, clip, out, mode, session));
  Json row;
  row["size_px"] = {scene.width, scene.height};
  row["faces"] = scene.faces, row["face_px"] = grid_for(scene).face_px;
  row["mode"] = mode_name(mode);
  row["fps"] = {{"decode", frames_per_second(times.decode_ms)},
                {"fuse", frames_per_second(times.fuse_ms)},
                {"encode", frames_per_second(times.encode_ms)},
                {"together", together}};
  row["ms"] = {{"decode", percentiles(times.decode_ms)},
               {"fuse", percentiles(times.fuse_ms)},
               {"fuse_cpu", percentiles(times.fuse_cpu_ms)},
               {"encode", percentiles(times.encode_ms)}};
  for (const StageReport& stage : times.stages)
    row["fuse_stages_ms"][stage.stage] = rounded(stage.milliseconds);
  return row;
}

Result<std::vector<Mode>> modes_of(const BenchVideoOptions& options, const Engine& engine) {
  if (options.mode.empty()) return engine.modes();
  const ModeOption one{options.mode};
  return std::vector<Mode>{one.value()};
}

Result<Json> rows_of(const Bench& bench, const BenchVideoOptions& options, Progress& progress) {
  const ScratchFolder folder;
  const fs::path clip = folder / "in.mp4", out = folder / "out.mp4";
  MIEN_ASSIGN(const std::vector<Mode> modes, modes_of(options, bench.engine));
  Json rows = Json::array();
  for (const int height : options.heights) {
    for (const int faces : options.faces) {
      BenchScene scene;
      scene.face_px = scene.face_px * height / kHeightOfFacePx;
      scene.height = height, scene.width = (height * 16 / 9 + 1) / 2 * 2;
      scene.frames += options.frames - 30, scene.faces = faces;
      progress.step("making " + std::to_string(scene.width) + " x " + std::to_string(height) + ", " +
                    std::to_string(faces) + " faces");
      MIEN_TRY(make_bench_clip(clip, scene, bench.target, bench.face));
      for (const Mode mode : modes) {
        progress.step(std::to_string(scene.width) + " x " + std::to_string(height) + ", " +
                      std::to_string(faces) + " faces, " + mode_name(mode));
        MIEN_ASSIGN(Json row, row_of(bench, scene, clip, out, mode));
        rows.push_back(std::move(row));
      }
    }
  }
  return rows;
}

Result<Engine> engine_with(const fs::path& models, const Common& common, int threads) {
  EngineOptions options = common.engine_options(models);
  options.threads = threads, options.every_mode = true;
  return Engine::create(options);
}

Result<int> bench_video(const BenchVideoOptions& options, const Common& common) {
  keep_clip_memory_small();
  Progress progress(true);
  MIEN_ASSIGN(const fs::path models, models_folder(common));
  MIEN_ASSIGN(const Engine engine, engine_with(models, common, common.threads));
  MIEN_ASSIGN(const Engine one, engine_with(models, common, 1));
  MIEN_ASSIGN(const Engine two, engine_with(models, common, 2));
  MIEN_ASSIGN(const Photo source_photo, read_photo(options.source));
  MIEN_ASSIGN(const Photo target, read_photo(options.target));
  Session session = engine.open_session();
  MIEN_ASSIGN(const Source source, session.enrol(source_photo.image.view()));
  MIEN_ASSIGN(const std::vector<Face> faces, session.find_faces(target.image.view()));
  if (faces.empty())
    return Status(Code::kNoFace, options.target.string() + ": no face was found; use another photo");
  const auto largest = std::max_element(
      faces.begin(), faces.end(), [](const Face& a, const Face& b) { return a.box.width() < b.box.width(); });
  const Bench bench{engine, one, two, source, target.image.view(), largest->box, common.threads};
  MIEN_ASSIGN(Json rows, rows_of(bench, options, progress));
  progress.clear();
  print_json({{"version", engine_version()},
              {"source", options.source.string()},
              {"target", options.target.string()},
              {"threads", common.threads},
              {"rows", std::move(rows)}});
  return static_cast<int>(kDone);
}

}  // namespace

Command add_bench_with_video(Arguments& app, const Common& common) {
  const Command photos = add_bench(app, common);
  auto o = std::make_shared<BenchVideoOptions>();
  Arguments& video = app.add_subcommand("video", kBenchVideoHelp);
  video.fallthrough();  // --source, --target and --mode are those of mien bench
  video.add_option("--heights", o->heights, "Sizes to try, 16:9 (default 480 720 1080 1440 2160)")
      .check(Range(120, 4320));
  video.add_option("--faces", o->faces, "Numbers of faces to try (default 1 2 4 8)").check(Range(1, 8));
  video.add_option("--frames", o->frames, "Timed frames per row after 3 to warm up (default 30)")
      .check(Range(5, 10000));
  video.footer(
      "Prints JSON. A face is 250 px wide at 720 lines. All modes that there are weights for, or that of "
      "--mode.\n"
      "Example: mien --threads 1 bench video -s anna.jpg -t bob.jpg --heights 720 --faces 1");
  return [o, &app, &video, photos, &common] {
    if (!video.parsed()) return photos();
    o->source = app.text_of("--source");
    o->target = app.text_of("--target");
    if (app.given("--mode")) o->mode = app.text_of("--mode");
    const auto code = bench_video(*o, common);
    return code.ok() ? *code : static_cast<int>(report_error(code.status()));
  };
}

}  // namespace mien::cli
