#include "video/clip_flow.h"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "core/try.h"

namespace mien {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

}  // namespace

Done ClipFlow::run(const ClipWatcher& watcher) {
  if (segments_.finished() > 0) {
    now_ = segments_.last();
    now_.times.clear();
    const Done restored = tracker_.restore(now_.tracker);
    if (!restored.ok()) return restored.status().with_context(segments_.folder().string());
    MIEN_TRY(reader_.skip(now_.frames));
  }
  now_.levels.clear();
  if (pace_ && segments_.finished() == 0) now_.levels = {pace_->first()};
  if (pace_) follow_level();
  started_ = Clock::now();
  for (std::size_t i = 0; i < kFrames; ++i) free_.push(Item{std::make_unique<ClipFrame>(), {}});
  watcher_ = &watcher;
  std::thread decoder, encoder;
  try {
    decoder = std::thread([this] { guard(&ClipFlow::decode), decoded_.close(); });
    encoder = std::thread([this] { guard(&ClipFlow::encode), free_.close(), fused_.close(); });
    guard(&ClipFlow::fuse);
  } catch (const std::system_error& error) {
    fail({Code::kLimit, job_.clip.string() + ": the threads that decode and encode cannot be started (" +
                            error.code().message() +
                            "), expected two more; close other programs or raise the limit (ulimit -u)"});
  }
  fused_.close();
  decoded_.close();  // after an error the decoder may still wait
  if (encoder.joinable()) encoder.join();
  free_.close();
  if (decoder.joinable()) decoder.join();
  const std::lock_guard lock(mutex_);
  return error_ ? Done(*error_) : Done();
}

// The first error stops all stages.
void ClipFlow::guard(Done (ClipFlow::*stage)()) {
  Done done;
  try {
    done = (this->*stage)();
  } catch (const std::bad_alloc&) {
    done = Status(
        Code::kLimit,
        job_.clip.string() + ": needs more memory than there is; use a smaller clip or close other programs");
  } catch (const std::exception& error) {
    done = Status(Code::kInternal, job_.clip.string() + ": unexpected error: " + error.what());
  }
  if (!done.ok()) fail(done.status());
}

void ClipFlow::fail(const Status& status) {
  {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = status;
  }
  free_.close(), decoded_.close(), fused_.close();
}

Done ClipFlow::decode() {
  PacketPtr packet(not_null(av_packet_alloc()));
  while (std::optional<Item> item = free_.pop()) {
    const auto start = Clock::now();
    MIEN_ASSIGN(const ClipItem what, reader_.next(item->frame.get(), packet.get()));
    decode_ms_ += milliseconds_since(start);
    if (what != ClipItem::kFrame || !decoded_.push(std::move(*item)))
      break;  // packets are carried afterwards, by join_clip()
  }
  return {};
}

Done ClipFlow::fuse() {
  std::optional<Item> item = decoded_.pop();
  bool has_pixels = false;
  while (item) {
    MIEN_TRY(fuse_frame(item->frame.get(), has_pixels));
    if (!fused_.push(std::move(*item))) return {};
    if (static_cast<int>(now_.times.size()) == kSegmentFrames && !end_segment()) return {};
    has_pixels = ahead_.has_value();
    item = has_pixels ? std::exchange(ahead_, std::nullopt) : decoded_.pop();
  }
  if (!now_.times.empty()) end_segment();
  return {};
}

// False: the encoder's stage has stopped.
bool ClipFlow::end_segment() {
  now_.tracker = tracker_.save();
  const bool taken = fused_.push(Item{nullptr, now_});
  now_.times.clear(), now_.levels.clear();
  return taken;
}

// From the next frame on that nobody has looked at.
void ClipFlow::follow_level() {
  const WorkLevel& level = pace_->level();
  fusion_.mode = level.mode;
  const int own = job_.fusion.resolution, theirs = level.resolution;
  fusion_.resolution = own > 0 && theirs > 0 ? std::min(own, theirs) : std::max(own, theirs);
  tracker_.set_options({level.detector_period, job_.tracker.steady, level.parser_period, job_.tracker.cores});
}

void ClipFlow::pace(double frame_ms) {
  if (const auto begun = pace_->next(now_.frames + (ahead_ ? 1 : 0), frame_ms)) {
    now_.levels.push_back(*begun);
    follow_level();
  }
  if (const auto rest = pace_->rest(frame_ms); rest.count() > 0) std::this_thread::sleep_for(rest);
}

// The frame after that in hand, when it is decoded already.
std::optional<StreamFrame> ClipFlow::look_ahead() {
  ahead_ = decoded_.pop_if_any();
  if (!ahead_) return std::nullopt;
  ClipFrame* frame = ahead_->frame.get();
  frame->swap_pixels(&spare_pixels_);
  reader_.read_rgb(frame);
  return StreamFrame{frame->picture(), frame->seconds};
}

Done ClipFlow::fuse_frame(ClipFrame* frame, bool has_pixels) {
  const auto start = Clock::now();
  if (!has_pixels) frame->swap_pixels(&pixels_), reader_.read_rgb(frame);
  LookAhead ahead;
  // A segment's end is what a later run begins with: nothing is known of the frame after it.
  if (static_cast<int>(now_.times.size()) + 1 < kSegmentFrames) ahead.next = [this] { return look_ahead(); };
  ahead.finished = [&](const FusionReport&) {
    write_changes(reader_.format(), fused_picture_.view(), fused_picture_.changed(), frame);
  };
  auto report =
      session_.fuse_next(frame->picture(), frame->seconds, tracker_, cast_, fusion_, fused_picture_, ahead);
  if (!report.ok()) return report.status().with_context(job_.clip.string());
  frame->swap_pixels(&pixels_);
  if (ahead_) pixels_.swap_pixels(&spare_pixels_);
  const double frame_ms = milliseconds_since(start);
  fuse_ms_ += frame_ms;
  ++frames_, ++now_.frames;
  now_.fused_frames += report->fused_count() > 0;
  now_.times.push_back(frame->pts);
  if (now_.first_note.empty() && !report->faces.empty()) now_.first_note = report->faces[0].note;
  note_people(*report);
  add_stages(report->stages);
  tell(frame->seconds);
  if (pace_) pace(frame_ms);
  return {};
}

void ClipFlow::note_people(const FusionReport& report) {
  now_.people.resize(cast_.size());
  for (const FaceReport& face : report.faces) {
    if (face.casting >= 0) now_.people[static_cast<std::size_t>(face.casting)].found = true;
  }
  for (const MissingPerson& person : report.missing) {
    float& best = now_.people[static_cast<std::size_t>(person.casting)].best_similarity;
    best = std::max(best, person.best_similarity);
  }
}

void ClipFlow::add_stages(const std::vector<StageReport>& stages) {
  for (const StageReport& stage : stages) {
    const auto same = std::find_if(stages_.begin(), stages_.end(),
                                   [&](const StageReport& s) { return s.stage == stage.stage; });
    if (same == stages_.end()) {
      stages_.push_back(stage);
    } else {
      same->milliseconds += stage.milliseconds;
    }
  }
}

Done ClipFlow::encode() {
  std::optional<FrameEncoder> encoder;
  const PacketSink sink = [this](const AVPacket& packet) { return segments_.add(packet); };
  while (std::optional<Item> item = fused_.pop()) {
    const auto start = Clock::now();
    if (item->frame) {
      if (!encoder) {
        MIEN_ASSIGN(encoder, FrameEncoder::create(kind_, reader_.format(), job_.write, sink));
      }
      MIEN_TRY(encoder->write(item->frame.get()));
    } else {
      MIEN_TRY(encoder->finish());
      MIEN_TRY(segments_.finish(*item->end));
      encoder.reset();
    }
    encode_ms_ += milliseconds_since(start);
    if (item->frame) free_.push(std::move(*item));
  }
  return {};
}

void ClipFlow::tell(double seconds) {
  if (!*watcher_) return;
  ClipProgress p;
  const double elapsed = milliseconds_since(started_) / 1000;
  p.frames = now_.frames;
  p.seconds = std::max(0.0, seconds - reader_.start_seconds());
  p.length = reader_.length_seconds();
  p.frames_per_second = frames_ / std::max(elapsed, 1e-3);
  const double done = p.frames > 0 ? p.seconds * frames_ / p.frames : 0;  // by this run
  if (p.length > 0 && done > 0) p.seconds_left = std::max(0.0, elapsed * (p.length - p.seconds) / done);
  if (pace_) p.level = pace_->level().text(), p.why = pace_->why();
  (*watcher_)(p);
}

void ClipFlow::report(ClipReport* out) const {
  if (pace_) {
    for (const LevelRecord& level : segments_.levels())
      out->levels.push_back({level.frame, level.number, pace_->text_of(level.number), level.why});
    out->share_in_time = pace_->share_in_time();
  }
  out->frames = now_.frames, out->fused_frames = now_.fused_frames;
  out->frames_before = now_.frames - frames_;
  for (std::size_t i = 0; i < now_.people.size(); ++i) {
    if (cast_[i].reference != nullptr && !now_.people[i].found)
      out->missing.push_back({static_cast<int>(i), now_.people[i].best_similarity});
  }
  out->faces = tracker_.faces_seen(), out->cuts = tracker_.cuts_seen();
  const double n = std::max(frames_, 1);
  out->decode_ms = decode_ms_ / n, out->fuse_ms = fuse_ms_ / n, out->encode_ms = encode_ms_ / n;
  const double most = std::max({out->decode_ms, out->fuse_ms, out->encode_ms});
  out->slowest = most == out->fuse_ms ? "fuse" : most == out->encode_ms ? "encode" : "decode";
  out->stages = stages_;
  for (StageReport& stage : out->stages) stage.milliseconds /= n;
}

}  // namespace mien
