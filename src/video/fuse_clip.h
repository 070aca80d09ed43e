// A clip into a clip, segment by segment: decode -> fuse -> encode; then the segments and what is carried
// over, into one file. No FFmpeg in here.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "mien/engine.h"
#include "mien/governor.h"
#include "mien/video.h"
#include "video/clip_options.h"

namespace mien {

// For clips whose quality follows the machine; the engine has EngineOptions::every_mode.
struct ClipPace {
  GovernorOptions governor;
  MachineProbe machine;  // empty: only times count
};

struct ClipJob {
  std::filesystem::path clip, output;
  FusionOptions fusion;
  TrackerOptions tracker;
  ClipSpan span;
  ClipWriteOptions write;
  std::vector<std::string> models;  // for the label
  std::string network;              // that refines; empty: none
  std::string low_light;            // how dark frames are searched: EngineOptions, by its name
  bool resume = false;              // go on with what an earlier run of the same job finished
  // Frames then depend on how fast the machine was: a resumed clip keeps what was finished, but no two runs
  // are the same.
  std::optional<ClipPace> pace;
};

struct ClipProgress {
  int frames = 0;      // fused or passed on, with those of an earlier run
  double seconds = 0;  // of the clip, done
  double length = 0;   // of what is to be done; 0: unknown
  double frames_per_second = 0;
  double seconds_left = 0;  // 0: unknown
  std::string level, why;   // with a pace: what frames get now, and why that is not the best
};

// From a frame on, work of another level. why: empty for the first.
struct ClipLevel {
  int frame = 0;   // counted from 0
  int number = 0;  // 0 is the best
  std::string text, why;
};

struct ClipReport {
  int width = 0, height = 0;  // as shown
  std::string codec;          // of the input's pictures
  int frames = 0, fused_frames = 0;
  int frames_before = 0;               // of these, that an earlier run had finished
  std::vector<MissingPerson> missing;  // references nobody in the clip looks like
  int faces = 0;                       // that were followed
  int cuts = 0;
  int audio_tracks = 0, subtitle_tracks = 0;         // that were carried over
  double seconds = 0;                                // this run took, all in all
  double decode_ms = 0, fuse_ms = 0, encode_ms = 0;  // per frame of this run
  std::string slowest;                               // decode, fuse or encode: what the other two wait for
  std::vector<StageReport> stages;                   // of fuse, milliseconds per frame
  std::vector<ClipLevel> levels;                     // with a pace
  double share_in_time = 1;  // of this run's frames, that were fused in the time the pace leaves them
  std::vector<std::string> remarks;
};

// Called from the thread that called fuse_clip(), after every frame.
using ClipWatcher = std::function<void(const ClipProgress&)>;

// Whether the output could be written, as far as can be seen without writing; for asking before the work.
Done check_clip_output(const std::filesystem::path& file, const ClipWriteOptions& options);

// Where the finished part of an output is kept until all is done: OUT.mien-part beside it.
std::filesystem::path unfinished_folder(const std::filesystem::path& output);

// The file in it that is there as soon as there is something to go on with.
std::filesystem::path first_finished_part(const std::filesystem::path& output);

// Fuses every frame's faces; the cast as in Session::fuse_next(). kNoFace when there was none to fuse in the
// whole clip: nothing is written then. The output appears whole or not at all; what is finished when
// something goes wrong stays in unfinished_folder(), and the same job with `resume` goes on from there, to
// the same clip. remove_unfinished_files() serves signal handlers.
Result<ClipReport> fuse_clip(const ClipJob& asked, std::span<const Casting> cast, Session& session,
                             const ClipWatcher& watcher);

}  // namespace mien
