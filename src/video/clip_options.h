// What a caller may choose about clips. No FFmpeg in here.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace mien {

// kByName: H.264, in .webm VP9
enum class ClipEncoder { kByName, kH264, kVp9, kFfv1, kHevc, kAv1 };

// The part of a clip that is taken, in seconds of its own time; audio is cut between packets.
struct ClipSpan {
  std::optional<double> from, to;
};

struct ClipWriteOptions {
  ClipEncoder encoder = ClipEncoder::kByName;
  int quality = 80;  // 1..100; ffv1 loses nothing, whatever this says
  bool keep_audio = true;
  bool overwrite = false;
  int threads = 1;
  std::filesystem::path part_folder{};  // where the file lies until it is whole; empty: beside its place
};

}  // namespace mien
