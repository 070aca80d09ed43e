// The three stages of a clip, each on a thread of its own: decode -> fuse -> encode. Gives finished segments.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "video/bounded_queue.h"
#include "video/clip_pace.h"
#include "video/clip_reader.h"
#include "video/clip_segments.h"
#include "video/frame_encoder.h"
#include "video/fuse_clip.h"

namespace mien {

// Frames of a segment: what a killed run does again. The encoder begins anew with each, which costs it little
// at this length.
inline constexpr int kSegmentFrames = 120;

class ClipFlow {
 public:
  ClipFlow(const ClipJob& job, const ClipKind& kind, std::span<const Casting> cast, Session& session,
           ClipReader& reader, ClipSegments& segments)
      : job_(job),
        kind_(kind),
        cast_(cast),
        session_(session),
        reader_(reader),
        segments_(segments),
        tracker_(job.tracker),
        fusion_(job.fusion) {
    if (job.pace) pace_.emplace(*job.pace, segments.levels());
  }

  // All frames after the finished segments.
  Done run(const ClipWatcher& watcher);

  // Frames, faces, times.
  void report(ClipReport* out) const;
  const SegmentRecord& progress() const { return now_; }

 private:
  // What goes through the stages: a frame, or a segment's end. Frames come back to be used again. They hold
  // planes alone on their way: pixels as RGB, twice as large, exist in the middle stage, for its frame and
  // the one that it looks at already.
  struct Item {
    std::unique_ptr<ClipFrame> frame;
    std::optional<SegmentRecord> end;
  };
  static constexpr std::size_t kWaiting = 1;  // items between two stages
  // That exist: in the queues, and in each stage's hands one; the middle stage's second one is the next that
  // waits.
  static constexpr std::size_t kFrames = 2 * kWaiting + 3;

  Done decode();
  Done fuse();
  Done fuse_frame(ClipFrame* frame, bool has_pixels);
  std::optional<StreamFrame> look_ahead();
  Done encode();
  void guard(Done (ClipFlow::*stage)());
  void fail(const Status& status);  // keeps the first one and closes the queues
  bool end_segment();
  void follow_level();
  void pace(double frame_ms);
  void note_people(const FusionReport& report);
  void add_stages(const std::vector<StageReport>& stages);
  void tell(double seconds);

  const ClipJob& job_;
  const ClipKind& kind_;
  std::span<const Casting> cast_;
  Session& session_;
  ClipReader& reader_;
  ClipSegments& segments_;
  FaceTracker tracker_;
  FusionOptions fusion_;             // the job's, and what the level says
  std::optional<PacedClip> pace_;    // of jobs that have one
  ClipFrame pixels_, spare_pixels_;  // lend their RGB memory to the frame in hand, and to the one after it
  std::optional<Item> ahead_;        // the frame after that in hand, looked at already
  FusedImage fused_picture_;
  SegmentRecord now_;
  const ClipWatcher* watcher_ = nullptr;
  std::chrono::steady_clock::time_point started_;
  BoundedQueue<Item> free_{kFrames}, decoded_{kWaiting}, fused_{kWaiting};
  std::mutex mutex_;
  std::optional<Status> error_;
  int frames_ = 0;                                      // of this run
  double decode_ms_ = 0, fuse_ms_ = 0, encode_ms_ = 0;  // each written by its own stage
  std::vector<StageReport> stages_;
};

}  // namespace mien
