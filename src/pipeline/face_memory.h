// What a stream's faces keep from one fused frame to the next.
#pragma once

#include <span>
#include <vector>

#include "fuse/coarse_inputs.h"
#include "fuse/grain.h"
#include "fuse/relight.h"
#include "fuse/skin_texture.h"
#include "fuse/steady_choice.h"
#include "fuse/steady_light.h"
#include "fuse/target_light.h"
#include "fuse/tone.h"
#include "pipeline/coarse_turns.h"
#include "pipeline/cover_memory.h"

namespace mien {

// Figures of the skin for the report.
struct ToneMemory {
  int frames_left = 0;  // for which the last ones serve
  float before = 0;     // CIEDE2000
  ToneReport found;
};

struct FaceMemory {
  int number = 0;              // FollowedFace::number
  float step_seconds = 0.04f;  // from the last frame to this one
  bool steady = true;
  CoarseTurn coarse;  // in this frame
  LightMemory light;
  RelightMemory relight;
  TargetLightMemory target_light;
  SkinTextureMemory texture;
  GrainMemory grain;
  ToneMemory tone;
  SteadyChoice clear_glasses;
  // The coarse network's last: it is low-frequency, and moves along with the face's crop. Too large to be
  // saved: see CoarseTurns::forget_answers().
  CoarseAnswer answer;
  CoverMemory cover;  // neither: RegionFollower::forget()

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(number, light, relight, target_light, texture, grain, tone, clear_glasses);
  }
};

class FaceMemories {
 public:
  // A new one when the number is new. Valid until the next call.
  FaceMemory& of(int number);
  // Forgets faces whose numbers are not among these.
  void keep(std::span<const int> numbers);

  template <class Archive>
  void visit(Archive& archive) {
    archive(faces_);
  }

 private:
  std::vector<FaceMemory> faces_;
};

}  // namespace mien
