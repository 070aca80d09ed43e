// Frames of a stream: faces are followed from one to the next and keep their numbers, the mesh does not
// shake, the detector rests between. A face comes and goes over three frames, also one that looks too far
// aside for six in a row (FaceReport::note says so), and comes back once it has looked ahead for as many.
//
//   mien::FaceTracker tracker;      // one per stream, with that stream's session
//   mien::FusedImage out;           // keep it: memory is reused
//   while (next(frame, seconds)) {
//     auto report = session.fuse_next(frame.view(), seconds, tracker, source, {}, out);
//     ...
//   }
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mien/cores.h"
#include "mien/status.h"

namespace mien {

struct TrackerOptions {
  // Frames from one run of the detector to the next, 1..1000; in streams of less than 24 frames a second as
  // long as so many last at 24. A face that gets lost runs it at once.
  int detector_period = 10;
  bool steady = true;     // filter the meshes over time
  int parser_period = 1;  // frames from one look at what covers a face to the next, 1..1000; between two
                          // looks the last one moves along with the face. The modes look less often by
                          // themselves: fast every fourth frame, balanced every second one
  // Where the machine's cores differ (cores_of_this_machine()): faces are followed on the frugal ones, fused
  // on the others. Empty: the system chooses.
  CoreGroups cores;

  Done validate() const;
};

// What one stream's frames have in common. Move only; not thread safe.
class FaceTracker {
 public:
  // Options out of range count as the nearest that is allowed.
  explicit FaceTracker(const TrackerOptions& options = {});
  ~FaceTracker();
  FaceTracker(FaceTracker&&) noexcept;
  FaceTracker& operator=(FaceTracker&&) noexcept;

  // From the next frame on; as for a new tracker.
  void set_options(const TrackerOptions& options);

  // Forgets all faces, as a cut does; for jumps that the tracker cannot see. Numbers are not given again.
  void reset();

  // All that the next frames depend on, as bytes of a few ten kilobytes per face: a later process with the
  // same engine goes on with them as if the stream had not stopped. They show where faces were, and with
  // references who they are: treat them like the clip. What the networks said of the last frames is too large
  // to be saved: they are asked anew in the next one, in this stream as in the one that goes on.
  std::vector<std::uint8_t> save();
  // Options stay as they are. kUnreadable, and nothing changed, when the bytes are damaged or of another
  // version.
  Done restore(std::span<const std::uint8_t> saved);

  int faces_seen() const;  // how many faces got a number so far
  int cuts_seen() const;

  struct State;  // internal
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace mien
