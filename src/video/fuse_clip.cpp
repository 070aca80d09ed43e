#include "video/fuse_clip.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "core/try.h"
#include "media/content_id.h"
#include "media/file_io.h"
#include "video/bounded_queue.h"
#include "video/clip_reader.h"
#include "video/clip_writer.h"

namespace mien {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kWaiting = 2;                // items between two stages
constexpr std::size_t kFrames = 2 * kWaiting + 3;  // that exist: in the queues, and one in each stage's hands

// What goes through the stages: a frame with its fused picture, or a packet to carry. Frames come back to be used again.
struct Item {
  std::unique_ptr<ClipFrame> frame;
  FusedImage fused;
  PacketPtr packet;
};

double milliseconds_since(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

// The stages of one clip and what they share.
class Flow {
 public:
  Flow(const ClipJob& job, const Source& source, Session& session, ClipReader& reader, ClipWriter& writer)
      : job_(job), source_(source), session_(session), reader_(reader), writer_(writer), tracker_(job.tracker) {}

  Done run(const ClipWatcher& watcher) {
    started_ = Clock::now();
    for (std::size_t i = 0; i < kFrames; ++i) free_.push(Item{std::make_unique<ClipFrame>(), {}, nullptr});
    std::thread decoder([this] { guard(&Flow::decode), decoded_.close(); });
    std::thread encoder([this] { guard(&Flow::encode), free_.close(), fused_.close(); });
    watcher_ = &watcher;
    guard(&Flow::fuse);
    fused_.close();
    decoded_.close();  // after an error the decoder may still wait
    encoder.join();
    free_.close();
    decoder.join();
    const std::lock_guard lock(mutex_);
    return error_ ? Done(*error_) : Done();
  }

  void report(ClipReport* out) const;
  const std::string& first_note() const { return first_note_; }  // of the first face that was seen: why it was not fused

 private:
  Done decode();
  Done fuse();
  Done encode();

  // The first error stops all stages: their queues close.
  void guard(Done (Flow::*stage)()) {
    Done done;
    try {
      done = (this->*stage)();
    } catch (const std::bad_alloc&) {
      done = Status(Code::kLimit, job_.clip.string() + ": needs more memory than there is; use a smaller clip or close other programs");
    } catch (const std::exception& error) {
      done = Status(Code::kInternal, job_.clip.string() + ": unexpected error: " + error.what());
    }
    if (done.ok()) return;
    {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = done.status();
    }
    free_.close(), decoded_.close(), fused_.close();
  }

  void tell(double seconds);

  const ClipJob& job_;
  const Source& source_;
  Session& session_;
  ClipReader& reader_;
  ClipWriter& writer_;
  FaceTracker tracker_;
  const ClipWatcher* watcher_ = nullptr;
  Clock::time_point started_;
  BoundedQueue<Item> free_{kFrames}, decoded_{kWaiting}, fused_{kWaiting};
  std::mutex mutex_;
  std::optional<Status> error_;
  int frames_ = 0, fused_frames_ = 0;
  double decode_ms_ = 0, fuse_ms_ = 0, encode_ms_ = 0;  // each written by its own stage
  std::vector<StageReport> stages_;
  std::string first_note_;
};

Done Flow::decode() {
  PacketPtr packet(not_null(av_packet_alloc()));
  std::optional<Item> item = free_.pop();
  while (item) {
    const auto start = Clock::now();
    MIEN_ASSIGN(const ClipItem what, reader_.next(item->frame.get(), packet.get()));
    decode_ms_ += milliseconds_since(start);
    if (what == ClipItem::kEnd) break;
    if (what == ClipItem::kPacket) {
      PacketPtr carried(not_null(av_packet_alloc()));
      av_packet_move_ref(carried.get(), packet.get());
      if (!decoded_.push(Item{nullptr, {}, std::move(carried)})) break;
      continue;
    }
    if (!decoded_.push(std::move(*item))) break;
    item = free_.pop();
  }
  return {};
}

Done Flow::fuse() {
  while (std::optional<Item> item = decoded_.pop()) {
    if (item->frame) {
      const auto start = Clock::now();
      auto report = session_.fuse_next(item->frame->picture(), item->frame->seconds, tracker_, source_, job_.fusion, item->fused);
      if (!report.ok()) return report.status().with_context(job_.clip.string());
      fuse_ms_ += milliseconds_since(start);
      ++frames_;
      fused_frames_ += report->fused_count() > 0;
      if (first_note_.empty() && !report->faces.empty()) first_note_ = report->faces[0].note;
      for (const StageReport& stage : report->stages) {
        const auto same = std::find_if(stages_.begin(), stages_.end(), [&](const StageReport& s) { return s.stage == stage.stage; });
        if (same == stages_.end()) {
          stages_.push_back(stage);
        } else {
          same->milliseconds += stage.milliseconds;
        }
      }
      tell(item->frame->seconds);
    }
    if (!fused_.push(std::move(*item))) break;
  }
  return {};
}

Done Flow::encode() {
  while (std::optional<Item> item = fused_.pop()) {
    const auto start = Clock::now();
    if (item->packet) {
      MIEN_TRY(writer_.write(item->packet.get()));
    } else {
      MIEN_TRY(writer_.write(item->fused, item->frame.get()));
    }
    encode_ms_ += milliseconds_since(start);
    if (item->frame) free_.push(std::move(*item));
  }
  return {};
}

void Flow::tell(double seconds) {
  if (!*watcher_) return;
  ClipProgress p;
  const double elapsed = milliseconds_since(started_) / 1000;
  p.frames = frames_;
  p.seconds = std::max(0.0, seconds - reader_.start_seconds());
  p.length = reader_.length_seconds();
  p.frames_per_second = frames_ / std::max(elapsed, 1e-3);
  if (p.length > 0 && p.seconds > 0) p.seconds_left = std::max(0.0, elapsed * (p.length - p.seconds) / p.seconds);
  (*watcher_)(p);
}

void Flow::report(ClipReport* out) const {
  out->frames = frames_, out->fused_frames = fused_frames_;
  out->faces = tracker_.faces_seen(), out->cuts = tracker_.cuts_seen();
  const double n = std::max(frames_, 1);
  out->decode_ms = decode_ms_ / n, out->fuse_ms = fuse_ms_ / n, out->encode_ms = encode_ms_ / n;
  const double most = std::max({out->decode_ms, out->fuse_ms, out->encode_ms});
  out->slowest = most == out->fuse_ms ? "fuse" : most == out->encode_ms ? "encode" : "decode";
  out->stages = stages_;
  for (StageReport& stage : out->stages) stage.milliseconds /= n;
}

// The same inputs give the same number.
std::string job_id(const ClipJob& job, const Source& source) {
  std::error_code error;
  std::string text = job.clip.filename().string() + " " + std::to_string(std::filesystem::file_size(job.clip, error)) + " " + std::to_string(job.fusion.strength) + " " +
                     std::to_string(job.span.from.value_or(0)) + " " + std::to_string(job.span.to.value_or(0));
  for (const Point3f& p : source.face().mesh) text += " " + std::to_string(p.x) + " " + std::to_string(p.y);
  return content_id(as_bytes(text));
}

Result<std::unique_ptr<ClipWriter>> open_writer(const ClipJob& job, const Source& source, ClipReader* reader) {
  MIEN_ASSIGN(const ClipKind kind, clip_kind(job.output, job.write.encoder));
  ClipFormat format = reader->format();
  format.pixels = pixels_for(*kind.codec, format.pixels);
  int width = 0, height = 0;
  pad_for(*kind.codec, format, &width, &height);
  reader->deliver_as(format.pixels, width, height);
  const bool fused = job.fusion.strength > 0;
  const Provenance how{fused, 0, engine_version(), fused ? job.models : std::vector<std::string>{}, fused && job.fusion.visible_mark};
  MIEN_ASSIGN(const ClipLabel label, make_clip_label(reader->input().metadata, how, job_id(job, source)));
  const ClipOrigin origin{&reader->input(), reader->picture_stream(), reader->shift_us()};
  MIEN_ASSIGN(auto writer, ClipWriter::create(job.output, kind, format, origin, label, job.write));
  for (std::size_t i = 0; i < writer->carried().output_of_input.size(); ++i) {
    if (writer->carried().output_of_input[i] >= 0) reader->carry(static_cast<int>(i));
  }
  return writer;
}

Status nothing_to_write(const ClipJob& job, int frames, const std::string& note) {
  if (frames == 0) return {Code::kUnreadable, job.clip.string() + ": no picture of it can be decoded; copy or download it again"};
  return {Code::kNoFace, job.clip.string() + ": no face that can be fused was found in " + std::to_string(frames) + " frames, so nothing was written" + (note.empty() ? "" : " (" + note + ")")};
}

}  // namespace

Done check_clip_output(const std::filesystem::path& file, const ClipWriteOptions& options) {
  MIEN_ASSIGN(const ClipKind kind, clip_kind(file, options.encoder));
  static_cast<void>(kind);
  return check_can_write(file, options.overwrite ? IfExists::kReplace : IfExists::kRefuse);
}

Result<ClipReport> fuse_clip(const ClipJob& job, const Source& source, Session& session, const ClipWatcher& watcher) {
  const auto start = Clock::now();
  MIEN_TRY(job.fusion.validate());
  MIEN_TRY(job.tracker.validate());
  MIEN_ASSIGN(const auto reader, ClipReader::open(job.clip, job.span, job.write.threads));
  MIEN_ASSIGN(const auto writer, open_writer(job, source, reader.get()));
  Flow flow(job, source, session, *reader, *writer);
  MIEN_TRY(flow.run(watcher));
  ClipReport report;
  flow.report(&report);
  if (report.frames == 0 || (report.fused_frames == 0 && job.fusion.strength > 0)) return nothing_to_write(job, report.frames, flow.first_note());
  MIEN_TRY(writer->finish(reader->end_pts()));
  const ClipFormat& format = reader->format();
  const bool on_its_side = format.turn_deg == 90 || format.turn_deg == 270;
  report.width = on_its_side ? format.height : format.width, report.height = on_its_side ? format.width : format.height;
  report.codec = reader->codec_name();
  report.audio_tracks = writer->carried().audio, report.subtitle_tracks = writer->carried().subtitles;
  report.remarks = reader->remarks();
  report.remarks.insert(report.remarks.end(), writer->carried().remarks.begin(), writer->carried().remarks.end());
  report.seconds = milliseconds_since(start) / 1000;
  return report;
}

}  // namespace mien
