// Clips for measuring, and the three stages timed one after the other. No FFmpeg in here.
#pragma once

#include <filesystem>
#include <vector>

#include "mien/engine.h"

namespace mien {

struct BenchScene {
  int width = 1280, height = 720;
  int frames = 34;    // 3 to warm up, and the last one, are not timed
  int faces = 1;      // 1..8, in a grid
  int face_px = 250;  // width of a face; less where the grid is too narrow
};

// Places for faces, and what they come to: columns x rows and the width of a face.
struct BenchGrid {
  int columns = 1, rows = 1, face_px = 0;
};
BenchGrid grid_for(const BenchScene& scene);

// A clip, H.264 in MP4, of copies of the photo's face: they move a little, and there is a camera's noise.
// face: its box in the photo.
Done make_bench_clip(const std::filesystem::path& file, const BenchScene& scene, ImageView photo,
                     const Box& face);

// Refuses what would be a wrong answer: in the clip's first frames all faces are fused (but for frames that
// fade in, each wholly), strength 0 gives back the frame, and two sessions that differ in their threads alone
// agree bit by bit.
Done check_bench_clip(const std::filesystem::path& file, const Source& source, Mode mode, int faces,
                      Session& one_thread, Session& two_threads);

struct ClipTimes {
  std::vector<double> decode_ms, fuse_ms, encode_ms;  // per frame, without those that are not timed
  std::vector<double> fuse_cpu_ms;  // of all threads: what is left to compare when others use the machine
  std::vector<StageReport> stages;  // of fuse, mean milliseconds
};

// Each stage by itself, so that none takes time from another (decoder and encoder have threads that work on
// when their call is over): decode; planes to RGB, fuse, and the difference back, with what several threads
// do of the next frame meanwhile; encode the clip as `mien video` would.
Result<ClipTimes> time_clip(const std::filesystem::path& file, const Source& source, Mode mode, int threads,
                            Session& session);

}  // namespace mien
