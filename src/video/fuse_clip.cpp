#include "video/fuse_clip.h"

#include <algorithm>
#include <chrono>

#include "core/byte_stream.h"
#include "core/try.h"
#include "media/content_id.h"
#include "media/file_io.h"
#include "video/clip_flow.h"
#include "video/clip_writer.h"
#include "video/copied_params.h"
#include "video/join_clip.h"

namespace mien {
namespace {

using Clock = std::chrono::steady_clock;

void add_cast(std::span<const Casting> cast, ByteWriter* out) {
  for (const Casting& casting : cast) {
    for (const Point3f& p : casting.source->face().mesh) out->number(p.x), out->number(p.y), out->number(p.z);
    out->number(casting.source->photo_count());
    if (casting.reference) out->floats(casting.reference->values);
  }
}

// The same inputs give the same number: for the label.
std::string job_id(const ClipJob& job, std::span<const Casting> cast) {
  std::error_code error;
  ByteWriter text;
  text.text(job.clip.filename().string());
  text.number(static_cast<std::uint64_t>(std::filesystem::file_size(job.clip, error)));
  text.number(job.fusion.strength);
  text.number(job.span.from.value_or(0)), text.number(job.span.to.value_or(0));
  add_cast(cast, &text);
  return content_id(text.bytes());
}

// The same for everything that a frame of the output depends on: a run may only go on with segments of the
// same job.
std::string resume_id(const ClipJob& job, const ClipFormat& format, std::span<const Casting> cast) {
  std::error_code error;
  ByteWriter text;
  text.text(job_id(job, cast));
  text.number(static_cast<std::int64_t>(
      std::filesystem::last_write_time(job.clip, error).time_since_epoch().count()));
  const FusionOptions& f = job.fusion;
  text.number(static_cast<int>(f.faces)), text.number(f.face_number), text.number(f.min_similarity);
  text.number(static_cast<int>(f.visible_mark)), text.number(static_cast<int>(f.blend));
  text.number(f.resolution);
  text.number(job.tracker.detector_period), text.number(static_cast<int>(job.tracker.steady));
  text.number(static_cast<int>(job.write.encoder)), text.number(job.write.quality),
      text.number(static_cast<int>(job.write.quick)), text.number(job.write.threads);
  text.text(job.write.profile), text.number(job.write.bit_rate), text.number(job.write.key_frame_distance);
  text.number(static_cast<int>(format.pixels)), text.number(format.width), text.number(format.height);
  text.text(job.output.extension().string());
  for (const std::string& model : job.models) text.text(model);
  text.text(job.network), text.text(job.low_light);
  text.number(static_cast<int>(job.pace.has_value()));
  if (job.pace) {
    text.number(job.pace->governor.target_fps);
    for (const Mode mode : job.pace->governor.modes) text.number(static_cast<int>(mode));
  }
  text.text(engine_version());
  return content_id(text.bytes());
}

Result<std::unique_ptr<ClipWriter>> open_writer(const ClipJob& job, std::span<const Casting> cast,
                                                const ClipKind& kind, ClipReader* reader) {
  ClipFormat format = reader->format();
  format.pixels = pixels_for(*kind.codec, format.pixels);
  int width = 0, height = 0;
  pad_for(*kind.codec, format, &width, &height);
  reader->deliver_as(format.pixels, width, height);
  const bool fused = job.fusion.strength > 0;
  const Provenance how{fused, 0, engine_version(), fused ? job.models : std::vector<std::string>{},
                       fused && job.fusion.visible_mark};
  MIEN_ASSIGN(const ClipLabel label, make_clip_label(reader->input().metadata, how, job_id(job, cast)));
  const ClipOrigin origin{&reader->input(), reader->picture_stream(), reader->shift_us()};
  ClipWriteOptions options = job.write;
  options.part_folder = ClipSegments::folder_for(job.output);  // goes with it, however this run ends
  return ClipWriter::create(job.output, kind, format, origin, label, options);
}

// The job with what the clip prescribes, where it does.
Result<ClipJob> with_clip_params(ClipJob job, const ClipReader& reader) {
  if (job.write.encoder != ClipEncoder::kCopyParams) return job;
  auto like = like_the_clip(reader, job.write);
  if (!like.ok()) return like.status().with_context(job.clip.string());
  job.write = std::move(*like);
  return job;
}

Status nothing_to_write(const ClipJob& job, int frames, const std::string& note) {
  if (frames == 0)
    return {Code::kUnreadable,
            job.clip.string() + ": no picture of it can be decoded; copy or download it again"};
  return {Code::kNoFace, job.clip.string() + ": no face that can be fused was found in " +
                             std::to_string(frames) + " frames, so nothing was written" +
                             (note.empty() ? "" : " (" + note + ")")};
}

Status unfinished(const Status& status, const ClipJob& job, const ClipSegments& segments) {
  const std::string name = job.output.string() + ": ";
  const std::string& message = status.message();
  const std::string sentence = message.starts_with(name) ? message : name + message;
  if (segments.finished() < 1) return {status.code(), sentence};
  return {status.code(), sentence + "; " + std::to_string(segments.last().frames) +
                             " frames are finished and kept in " + segments.folder().string() +
                             ", the same command with --resume goes on"};
}

void describe(const ClipReader& reader, const ClipWriter& writer, bool sound_jumped, ClipReport* report) {
  const ClipFormat& format = reader.format();
  const bool on_its_side = format.turn_deg == 90 || format.turn_deg == 270;
  report->width = on_its_side ? format.height : format.width,
  report->height = on_its_side ? format.width : format.height;
  report->codec = reader.codec_name();
  report->audio_tracks = writer.carried().audio, report->subtitle_tracks = writer.carried().subtitles;
  report->remarks = reader.remarks();
  if (sound_jumped && !reader.jumped_back())
    report->remarks.emplace_back(
        "the time stamps of the clip's sound or subtitles jump back; what comes after was left out of them");
  report->remarks.insert(report->remarks.end(), writer.carried().remarks.begin(),
                         writer.carried().remarks.end());
}

}  // namespace

std::filesystem::path unfinished_folder(const std::filesystem::path& output) {
  return ClipSegments::folder_for(output);
}

std::filesystem::path first_finished_part(const std::filesystem::path& output) {
  return ClipSegments::first_file_for(output);
}

Done check_clip_output(const std::filesystem::path& file, const ClipWriteOptions& options) {
  MIEN_ASSIGN(const ClipKind kind, clip_kind(file, options.encoder));
  static_cast<void>(kind);
  return check_can_write(file, options.overwrite ? IfExists::kReplace : IfExists::kRefuse);
}

Result<ClipReport> fuse_clip(const ClipJob& asked, std::span<const Casting> cast, Session& session,
                             const ClipWatcher& watcher) {
  const auto start = Clock::now();
  MIEN_TRY(asked.fusion.validate());
  MIEN_TRY(asked.tracker.validate());
  if (asked.pace) MIEN_TRY(asked.pace->governor.validate());
  MIEN_ASSIGN(const auto reader, ClipReader::open(asked.clip, asked.span, asked.write.threads));
  MIEN_ASSIGN(const ClipJob job, with_clip_params(asked, *reader));
  MIEN_ASSIGN(const ClipKind kind, clip_kind(job.output, job.write.encoder));
  MIEN_ASSIGN(const auto writer, open_writer(job, cast, kind, reader.get()));
  const IfBegun if_begun = job.resume            ? IfBegun::kGoOn
                           : job.write.overwrite ? IfBegun::kBeginAnew
                                                 : IfBegun::kRefuse;
  MIEN_ASSIGN(const auto segments,
              ClipSegments::open(job.output, resume_id(job, reader->format(), cast), if_begun));
  ClipFlow flow(job, kind, cast, session, *reader, *segments);
  const Done fused = flow.run(watcher);
  if (!fused.ok()) return unfinished(fused.status(), job, *segments);
  ClipReport report;
  flow.report(&report);
  if (report.frames == 0 || (report.fused_frames == 0 && job.fusion.strength > 0)) {
    segments->remove();
    return nothing_to_write(job, report.frames, flow.progress().first_note);
  }
  bool sound_jumped = false;
  const Done joined = join_clip(job.clip, job.span, *segments, reader->end_pts(), reader->format().time_base,
                                writer.get(), &sound_jumped);
  if (!joined.ok()) return unfinished(joined.status(), job, *segments);
  segments->remove();
  describe(*reader, *writer, sound_jumped, &report);
  report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return report;
}

}  // namespace mien
