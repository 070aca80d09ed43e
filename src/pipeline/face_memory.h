// What a stream's faces keep from one fused frame to the next.
#pragma once

#include <span>
#include <vector>

#include "fuse/coarse_inputs.h"
#include "fuse/grain.h"
#include "fuse/relight.h"
#include "fuse/steady_choice.h"
#include "fuse/steady_light.h"
#include "fuse/tone.h"
#include "pipeline/follow_faces.h"

namespace mien {

// The coarse network's last answer for a face: it is low-frequency, and moves along with the face's crop.
struct HeldAnswer {
  CoarseAnswer answer;
  int frames_left = 0;  // for which it serves; 0: the network is asked
  bool asked = false;   // ever: the first answer serves for fewer frames, so that the networks take turns
};

// Figures of the skin for the report.
struct ToneMemory {
  int frames_left = 0;  // for which the last ones serve
  float before = 0;     // CIEDE2000
  ToneReport found;
};

struct FaceMemory {
  int number = 0;              // FollowedFace::number
  float step_seconds = 0.04f;  // from the last frame to this one
  int coarse_period = 1;       // frames from one run of the coarse network to the next
  bool steady = true;
  LightMemory light;
  RelightMemory relight;
  GrainMemory grain;
  ToneMemory tone;
  SteadyChoice clear_glasses;
  HeldAnswer answer;  // too large to be saved: see forget_answers()

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(number, light, relight, grain, tone, clear_glasses);
  }
};

// Frames from one look to the next, so that none serves for longer than `seconds` after its own frame.
int period_within(int frames, float seconds, float step_seconds);

class FaceMemories {
 public:
  // A new one when the number is new. Valid until the next call.
  FaceMemory& of(int number);
  // Forgets faces that are not among these.
  void keep(std::span<const FollowedFace> faces);
  // Whether the coarse network will be asked about some face in the next frame.
  bool network_is_due() const;
  // The networks are asked anew in the next frame, in a run that goes on as in one that is taken up again.
  void forget_answers();

  template <class Archive>
  void visit(Archive& archive) {
    archive(faces_);
  }

 private:
  std::vector<FaceMemory> faces_;
};

}  // namespace mien
