// What a caller may choose about clips. No FFmpeg in here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace mien {

// kByName: H.264, in .webm VP9. kCopyParams: as the clip itself is coded.
enum class ClipEncoder { kByName, kH264, kVp9, kFfv1, kHevc, kAv1, kCopyParams };

// The part of a clip that is taken, in seconds of its own time; audio is cut between packets.
struct ClipSpan {
  std::optional<double> from, to;
};

struct ClipWriteOptions {
  ClipEncoder encoder = ClipEncoder::kByName;
  int quality = 80;  // 1..100; ffv1 loses nothing, whatever this says
  // H.264 and H.265: half the time for files that are a twentieth to a third larger, the most for noisy
  // clips.
  bool quick = false;
  bool keep_audio = true;
  bool overwrite = false;
  int threads = 1;
  std::filesystem::path part_folder{};  // where the file lies until it is whole; empty: beside its place
  // Of the clip that is to be imitated (video/copied_params.h); empty or 0: the encoder's choice, as
  // `quality` says.
  std::string profile{};
  std::int64_t bit_rate = 0;   // bits a second
  int key_frame_distance = 0;  // frames
};

}  // namespace mien
