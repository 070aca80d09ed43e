// The command `mien`.
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "commands.h"
#include "heap.h"
#ifdef MIEN_WITH_VIDEO
#include "bench_video.h"
#endif
#ifdef MIEN_HANDS_CLIPS_ON
#include "hand_on.h"
#endif
#include "mien/engine.h"
#include "terminal.h"

namespace mien::cli {

Result<std::filesystem::path> models_folder(const Common& common) {
  if (!common.models_folder.empty()) return common.models_folder;
  auto folder = installed_models_folder();
  if (!folder.ok()) return Status(Code::kModelRefused, folder.status().message() + " with --models");
  return folder;
}

namespace {

constexpr char kDescription[] =
    "Mien puts the face of one photo onto another, on this machine alone. Every result is labelled as "
    "synthetic.";
constexpr char kExamples[] = R"(Examples:
  mien swap -s anna.jpg -t party.jpg -o result.jpg
  mien swap -s anna.jpg -t party.jpg -o result.png --face 2 --json
  mien video -s anna.jpg -t party.mp4 -o result.mp4
  mien batch -s anna.jpg 'in/*.jpg' -o 'out/{name}.{ext}'
  mien faces party.jpg -o sheet.png                            number, pose, quality of each face
  mien enrol front.jpg left.jpg -o me.mien                     then: mien swap -s me.mien ...
  mien swap --map anna.jpg=bob.jpg --map carl.jpg=dora.jpg -t party.jpg -o result.jpg
  mien label verify result.jpg

Exit codes: 0 done, 1 failed, 2 bad arguments or set-up, 3 declined, 4 stopped,
5 no usable face, 6 unreadable media, 7 model refused, 8 label policy.)";

void add_common_options(Arguments& app, Common& common) {
  common.threads = static_cast<int>(std::max(1u, std::min(4u, std::thread::hardware_concurrency())));
  app.add_option("--models", common.models_folder, "Folder with manifest.json (default: beside the program)");
  app.add_option("--threads", common.threads, "Threads to use (default: cores, at most 4)")
      .check(Range(1, 64));
  app.add_option(
         "--low-light", common.low_light,
         "auto: brighten dark pictures for the search of faces, never in the result; off (default auto)")
      .check(OneOf{{"auto", "off"}});
}

Command add_whole_bench(Arguments& app, const Common& common) {
#ifdef MIEN_WITH_VIDEO
  return add_bench_with_video(app, common);
#else
#ifdef MIEN_OFFERS_CLIPS
  app.add_subcommand("video", kBenchVideoHelp);  // never run: see main()
#endif
  return add_bench(app, common);
#endif
}

int run(int argc, char** argv) {
  stop_cleanly_on_signals();
  Arguments app(kDescription, "mien");
  app.footer(kExamples);
  app.add_version_flag("--version", std::string("mien ") + engine_version());
  app.require_subcommand();
  Common common;
  add_common_options(app, common);

  std::vector<std::pair<const Arguments*, Command>> commands;
  const auto add = [&](const char* name, const char* what, auto make, bool runs_networks = true) {
    Arguments& sub = app.add_subcommand(name, what);
    if (runs_networks) sub.fallthrough();  // takes the common options, too
    commands.emplace_back(&sub, make(sub));
  };
  add("swap", "Put the face of one photo onto the faces of another",
      [&](Arguments& sub) { return add_swap(sub, common); });
  add("batch", "The same for many photos", [&](Arguments& sub) { return add_batch(sub, common); });
#ifdef MIEN_WITH_VIDEO
  add("video", "Put the face of a photo onto the faces of a clip",
      [&](Arguments& sub) { return add_video(sub, common); });
#elif defined(MIEN_HANDS_CLIPS_ON)
  add("video", "Put the face of a photo onto the faces of a clip",
      [](Arguments&) { return Command([] { return int{kBadArguments}; }); });  // never run: see main()
#endif
  add("enrol", "Make a small file from photos of one person, to use as a source again and again",
      [&](Arguments& sub) { return add_enrol(sub, common); });
  add("faces", "Number and judge the faces of a photo, to choose from",
      [&](Arguments& sub) { return add_faces(sub, common); });
  add("inspect", "Show the faces of a photo: boxes, points, mesh, pose",
      [&](Arguments& sub) { return add_inspect(sub, common); });
  add("models", "List or check the installed networks",
      [&](Arguments& sub) { return add_models(sub, common); });
  add(
      "label", "Show or check the label of a file", [&](Arguments& sub) { return add_label(sub); }, false);
  add(
      "cache", "List or forget what is remembered about enrolled photos",
      [&](Arguments& sub) { return add_cache(sub); }, false);
  add("bench", "Measure speed and memory with your photos",
      [&](Arguments& sub) { return add_whole_bench(sub, common); });

  if (const auto code = app.parse(argc, argv)) return *code;
#ifdef MIEN_WITH_VIDEO
  keep_freed_memory();
#else
  take_memory_in_large_steps();
#endif
  for (const auto& [sub, command] : commands) {
    if (sub->parsed()) return command();
  }
  return kBadArguments;
}

}  // namespace
}  // namespace mien::cli

int main(int argc, char** argv) {
  try {
    mien::cli::open_standard_streams();
#ifdef MIEN_HANDS_CLIPS_ON
    if (mien::cli::hand_on_clips(argv)) return mien::cli::kBadArguments;
#endif
    return mien::cli::finish_stdout(mien::cli::run(argc, argv));
  } catch (const std::exception& error) {
    mien::cli::remark(std::string("unexpected error: ") + error.what());
    return mien::cli::kFailed;
  }
}
