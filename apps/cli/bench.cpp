// mien bench: speed and memory, after checking that the result is right.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>

#include "commands.h"
#include "core/resample.h"
#include "core/try.h"
#include "mien/engine.h"
#include "mien/media.h"
#include "mode.h"
#include "model/net.h"
#include "report.h"
#include "terminal.h"

namespace mien::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

struct BenchOptions {
  fs::path source, target;
  std::vector<double> megapixels = {0.26, 0.92, 4, 12};
  std::vector<int> faces;
  int runs = 30;
  ModeOption mode;
};

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

Json percentiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return std::round(values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))] *
                      1000) /
           1000;
  };
  return {{"p50", at(0.5)}, {"p95", at(0.95)}};
}

Image scaled(ImageView in, double megapixels) {
  const auto k =
      static_cast<float>(std::sqrt(megapixels * 1e6 / (static_cast<double>(in.width) * in.height)));
  const int w = std::max(1, static_cast<int>(std::lround(static_cast<float>(in.width) * k))),
            h = std::max(1, static_cast<int>(std::lround(static_cast<float>(in.height) * k)));
  PlanarRgb planar;
  sample_affine(in, {k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f}, w, h, &planar);
  Image out(w, h, PixelFormat::kRgb8);
  for (int y = 0; y < h; ++y) {
    std::uint8_t* row = out.mutable_view().row(y);
    for (int x = 0; x < w; ++x) {
      for (int c = 0; c < 3; ++c)
        row[3 * x + c] =
            static_cast<std::uint8_t>(planar.channel(c)[static_cast<std::size_t>(y) * w + x] + 0.5f);
    }
  }
  return out;
}

constexpr int kTilePx = 512, kTilesPerRow = 4;  // of the frames with several faces

// The photo `count` times in a grey frame of 4 x 4 tiles, whatever the count: faces and frame keep their
// size.
Image with_copies(ImageView photo, int count) {
  const float k = static_cast<float>(kTilePx) / static_cast<float>(std::max(photo.width, photo.height));
  const int w = static_cast<int>(k * static_cast<float>(photo.width)),
            h = static_cast<int>(k * static_cast<float>(photo.height));
  const Image tile = scaled(photo, static_cast<double>(w) * h / 1e6);
  constexpr int kSide = kTilePx * kTilesPerRow;
  Image out(kSide, kSide, PixelFormat::kRgb8);
  std::memset(out.mutable_view().data, 128, static_cast<std::size_t>(kSide) * kSide * 3);
  for (int i = 0; i < count; ++i) {
    const int x = kTilePx * (i % kTilesPerRow), y = kTilePx * (i / kTilesPerRow);
    for (int row = 0; row < std::min(tile.height(), kTilePx); ++row)
      std::memcpy(out.mutable_view().row(y + row) + 3 * x, tile.view().row(row),
                  3 * static_cast<std::size_t>(std::min(tile.width(), kTilePx)));
  }
  return out;
}

bool equal(ImageView a, ImageView b) {
  const std::size_t row = static_cast<std::size_t>(a.width) * channel_count(a.format);
  bool same = a.width == b.width && a.height == b.height && a.format == b.format;
  for (int y = 0; same && y < a.height; ++y) same = std::memcmp(a.row(y), b.row(y), row) == 0;
  return same;
}

// Refuses to time a wrong answer: strength 0 must return the frame, one and two threads must agree, at least
// one face must be fused.
Done check(const fs::path& models, Mode mode, ImageView source_photo, ImageView frame) {
  MIEN_ASSIGN(const Engine one, Engine::create({models, 1, mode}));
  MIEN_ASSIGN(const Engine two, Engine::create({models, 2, mode}));
  Session a = one.open_session(), b = two.open_session();
  MIEN_ASSIGN(const Source source, a.enrol(source_photo));
  FusedImage first, second, untouched;
  MIEN_ASSIGN(const FusionReport report, a.fuse(frame, source, {}, first));
  MIEN_TRY(b.fuse(frame, source, {}, second));
  MIEN_TRY(a.fuse(frame, source, {.strength = 0}, untouched));
  if (report.fused_count() == 0)
    return Status(Code::kNoFace, "the benchmark's target has no face that can be fused");
  if (!equal(first.view(), second.view()))
    return Status(Code::kInternal, "not timed: one and two threads give different pictures");
  if (!equal(untouched.view(), frame))
    return Status(Code::kInternal, "not timed: strength 0 changes the picture");
  return {};
}

Result<Json> time_fusion(const fs::path& models, Mode mode, ImageView source_photo, ImageView frame,
                         int threads, int runs) {
  MIEN_ASSIGN(const Engine engine, Engine::create({models, threads, mode}));
  Session session = engine.open_session();
  Json out;
  const auto start = Clock::now();
  MIEN_ASSIGN(const Source source, session.enrol(source_photo));
  out["enrol_ms"] = std::round(milliseconds_since(start) * 100) / 100;
  MIEN_ASSIGN(const std::vector<std::uint8_t> packed, engine.pack(source));
  const auto unpacking = Clock::now();
  MIEN_TRY(engine.unpack(packed));
  out["unpack_ms"] = std::round(milliseconds_since(unpacking) * 100) / 100;
  std::map<std::string, std::vector<double>> stages;
  FusedImage fused;
  int fused_count = 0;
  constexpr int kWarmUp = 3;
  for (int i = -kWarmUp; i < runs; ++i) {
    const auto begin = Clock::now();
    MIEN_ASSIGN(const FusionReport report, session.fuse(frame, source, {}, fused));
    fused_count = report.fused_count();
    if (i < 0) continue;
    stages["total"].push_back(milliseconds_since(begin));
    for (const StageReport& s : report.stages) stages[s.stage].push_back(s.milliseconds);
  }
  // Identity is no part of a fusion: two looks, before and after.
  constexpr int kIdentityRuns = 8;
  for (int i = 0; i < kIdentityRuns; ++i) {
    MIEN_ASSIGN(const FusionReport report, session.fuse(frame, source, {.measure_identity = true}, fused));
    for (const StageReport& s : report.stages) {
      if (s.stage == "identity")
        stages["identity (one look)"].push_back(s.milliseconds / (2 * std::max(1, report.fused_count())));
    }
  }
  out["fused"] = fused_count;
  for (auto& [name, values] : stages) out["ms"][name] = percentiles(std::move(values));
  return out;
}

// The processor's time of this thread, which other programs on the machine lengthen little.
double thread_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

// Each network alone, at the manifest's input size, on one thread: the processor's time that its stage takes
// without bringing the picture to size and reading the answer.
Result<Json> time_networks(const fs::path& models, int runs) {
  MIEN_ASSIGN(const ModelFolder folder, ModelFolder::open(models));
  Json out;
  for (const auto& [name, spec] : folder.manifest().networks) {
    MIEN_ASSIGN(const Net net, Net::load(folder, name, 1));
    Tensor input;
    input.resize(spec.input.channels, spec.input.height, spec.input.width);
    for (std::size_t i = 0; i < input.values.size(); ++i)
      input.values[i] = static_cast<float>(i % 251) / 125 - 1;
    std::vector<Tensor> outputs(spec.outputs.size());
    NetScratch scratch;
    std::vector<double> times;
    constexpr int kWarmUp = 3;
    for (int i = -kWarmUp; i < runs; ++i) {
      const double start = thread_milliseconds();
      MIEN_TRY(net.run(input, outputs, scratch));
      if (i >= 0) times.push_back(thread_milliseconds() - start);
    }
    out[name] = percentiles(std::move(times));
    out[name]["input_px"] = {spec.input.width, spec.input.height};
  }
  return out;
}

// A whole `mien swap` in a process of its own, of photos that it has never seen: start to written file, and
// its peak memory.
Result<Json> time_cold_start(const BenchOptions& options, const fs::path& models) {
  const fs::path out = fs::temp_directory_path() / ("mien-bench-" + std::to_string(::getpid()) + ".jpg");
  const auto start = Clock::now();
  const pid_t child = fork();
  if (child < 0) return Status(Code::kInternal, "cannot start a process for the cold start");
  if (child == 0) {
    freopen("/dev/null", "w", stdout);
    execl("/proc/self/exe", "mien", "--models", models.c_str(), "--threads", "1", "swap", "-s",
          options.source.c_str(), "-t", options.target.c_str(), "-o", out.c_str(), "--mode",
          options.mode.name.c_str(), "--no-cache", "--i-have-consent", "--overwrite",
          static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  const double elapsed = milliseconds_since(start);
  std::error_code error;
  const bool written = fs::remove(out, error);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !written)
    return Status(Code::kInternal,
                  "the cold start's process failed; run the same mien swap by hand to see why");
  return Json{{"start_to_file_ms", std::round(elapsed * 10) / 10},
              {"peak_memory_mib", std::round(static_cast<double>(usage.ru_maxrss) / 102.4) / 10}};
}

Result<int> bench(const BenchOptions& options, const Common& common) {
  MIEN_ASSIGN(const fs::path models, models_folder(common));
  // First, while this process is small: a child's peak memory begins with what its parent holds.
  MIEN_ASSIGN(const Json cold, time_cold_start(options, models));
  MIEN_ASSIGN(const Photo source, read_photo(options.source));
  MIEN_ASSIGN(const Photo target, read_photo(options.target));
  MIEN_TRY(check(models, options.mode.value(), source.image.view(), target.image.view()));
  Json json;
  json["version"] = engine_version();
  json["mode"] = options.mode.name;
  json["source"] = options.source.string(), json["target"] = options.target.string();
  json["cold"] = cold;
  MIEN_ASSIGN(json["networks_ms"], time_networks(models, options.runs));
  for (const double megapixels : options.megapixels) {
    const Image frame = scaled(target.image.view(), megapixels);
    for (const int threads : {1, 2}) {
      MIEN_ASSIGN(Json row,
                  time_fusion(models, options.mode.value(), source.image.view(), frame.view(), threads,
                              megapixels > 2 ? std::max(3, options.runs / 4) : options.runs));
      row["size_px"] = {frame.width(), frame.height()};
      row["threads"] = threads;
      json["warm"].push_back(std::move(row));
    }
  }
  for (const int count : options.faces) {
    const Image frame = with_copies(target.image.view(), count);
    for (const int threads : {1, 2}) {
      MIEN_ASSIGN(Json row, time_fusion(models, options.mode.value(), source.image.view(), frame.view(),
                                        threads, std::max(3, options.runs / 4)));
      row["size_px"] = {frame.width(), frame.height()};
      row["threads"] = threads, row["faces"] = count;
      json["faces"].push_back(std::move(row));
    }
  }
  print_json(json);
  return static_cast<int>(kDone);
}

}  // namespace

Command add_bench(Arguments& app, const Common& common) {
  auto o = std::make_shared<BenchOptions>();
  app.add_option("-s,--source", o->source, "Photo of a face").required();
  app.add_option("-t,--target", o->target, "Photo with a face; brought to each size").required();
  app.add_option("--megapixels", o->megapixels, "Sizes to try (default 0.26 0.92 4 12)")
      .check(Range(0.01, 100.0));
  app.add_option("--faces", o->faces,
                 "Also frames of 2048 x 2048 px with so many copies of the target (1 to 16)")
      .check(Range(1, kTilesPerRow * kTilesPerRow));
  app.add_option("--runs", o->runs, "Timed runs per size after 3 to warm up (default 30)")
      .check(Range(1, 10000));
  add_mode_option(app, &o->mode);
  app.footer(
      "Prints JSON: milliseconds per stage (p50, p95) with 1 and 2 threads and of each network alone, cold "
      "start, peak memory.");
  return [o, &common] {
    auto code = bench(*o, common);
    return code.ok() ? *code : report_error(code.status());
  };
}

}  // namespace mien::cli
