// frames of a stream -> tracks: the detector now and then, between that the last mesh shows where to look
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "core/thread_pool.h"
#include "pipeline/find_faces.h"
#include "track/cut_detector.h"
#include "track/detector_turns.h"
#include "track/track.h"

namespace mien {

struct FollowSettings {
  int detector_period = 10;  // frames from one run of the detector to the next (see detector_period_at())
  bool steady = true;        // filter the meshes over time
};

struct FollowedFace {
  int number = 0;  // 1 is the first face that was seen, from the left when several came at once
  Face face;
  float opacity = 1;  // share of the fusion to show: a face comes and goes over three frames
};

// Drops from *kept, whose entries have a FollowedFace's `number`, those whose numbers are not among these.
template <class Kept>
void forget_others(std::span<const int> numbers, std::vector<Kept>* kept) {
  std::erase_if(*kept, [&](const Kept& one) {
    return std::find(numbers.begin(), numbers.end(), one.number) == numbers.end();
  });
}

// What the faces of a stream have in common from frame to frame. Frames come in order; one follower per
// stream.
class FaceFollower {
 public:
  explicit FaceFollower(const FollowSettings& settings) : settings_(settings) {}

  // The faces of the next frame, in the order of their numbers. seconds: the frame's time; a step back or of
  // more than a second starts anew, as a cut does. busy: networks other than the mesh's will run in this
  // frame as well; the detector prefers another one.
  Result<std::vector<FollowedFace>> next(ImageView frame, double seconds, bool busy,
                                         const FaceNetworks& networks, FindScratch& scratch, ThreadPool& pool,
                                         Trace& trace);

  // From the next frame on: frames from one mirrored look at a followed face to the next.
  void set_second_look_period(int frames) { second_look_period_ = frames; }
  // And periods of the detector from one part of its finer look to the next, while all faces are followed.
  void set_periods_per_part(int periods) { periods_per_part_ = periods; }
  void set(const FollowSettings& settings);
  // Forgets all faces; numbers are not given again.
  void reset();
  // Whether the detector will look at the next frame, as far as can be said before.
  bool detector_is_due(bool busy) const { return turns_.is_due(busy); }
  int cuts() const { return cuts_; }
  float step_seconds() const { return step_seconds_; }  // from the frame before the last one to that
  bool steady() const { return settings_.steady; }
  int faces_seen() const { return last_number_; }

  // All that the next frames depend on (core/byte_stream.h): a member that is missing here breaks `mien video
  // --resume`.
  template <class Archive>
  void visit(Archive& archive) {
    archive(cuts_seen_, tracks_, last_seconds_, step_seconds_, usual_step_, turns_, last_number_, cuts_,
            scene_gain_, started_, new_shot_);
  }

 private:
  bool begins_anew(ImageView frame, double seconds);
  int detector_period() const;  // at this stream's rate
  Result<bool> look_at_tracks(ImageView frame, const FaceNetworks& networks, FindScratch& scratch,
                              ThreadPool& pool, std::vector<std::optional<Face>>* seen);
  std::optional<SceneLook> look_due(bool all_seen, bool busy);
  Result<std::vector<Face>> find_new(ImageView frame, const SceneLook& look,
                                     const std::vector<std::optional<Face>>& seen,
                                     const FaceNetworks& networks, FindScratch& scratch, Trace& trace);
  void take_found(const std::vector<Face>& found, std::vector<std::optional<Face>>* seen);
  void drop_doubles();

  FollowSettings settings_;
  int second_look_period_ = 1, periods_per_part_ = 1;
  CutDetector cuts_seen_;
  std::vector<Track> tracks_;
  double last_seconds_ = 0;
  float step_seconds_ = 0.04f, usual_step_ = 0.04f;
  DetectorTurns turns_;
  float scene_gain_ = 1;  // that the detector brightened the last whole frame by
  int last_number_ = 0, cuts_ = 0;
  bool started_ = false, new_shot_ = true;
};

}  // namespace mien
