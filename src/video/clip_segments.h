// The finished part of a clip that is being made: encoded pictures in segments of some seconds, each a file
// of its own in a folder beside the output. A process that is killed loses the segment it was at, no more.
//
// A segment's file: packets (time i64, flags u32, size u32, bytes), then the record, then the sizes of both
// (u64, u32) and the SHA-256 of everything before it. It gets its name when it is complete and on the disk.
// Little endian.
#pragma once

#include <cstdio>

#include "media/unfinished_files.h"
#include "mien/status.h"
#include "video/ffmpeg.h"

namespace mien {

// Whether somebody of the cast was seen.
struct PersonSeen {
  bool found = false;
  float best_similarity = -1;  // to the reference, of faces in frames without the person; -1: there were none
};

// From a frame on, work of another of the governor's levels.
struct LevelRecord {
  std::int32_t frame = 0, number = 0;
  std::string why;
};

// How far the clip is with the end of a segment.
struct SegmentRecord {
  int frames = 0, fused_frames = 0;   // since the clip's beginning
  std::string first_note;             // why the first face was not fused
  std::vector<PersonSeen> people;     // one per entry of the cast
  std::vector<std::uint8_t> tracker;  // FaceTracker::save()
  std::vector<std::int64_t> times;    // of this segment's frames, in order, in the clip's time base
  std::vector<LevelRecord> levels;    // that began in this segment
};

enum class IfBegun { kRefuse, kGoOn, kBeginAnew };

class ClipSegments {
 public:
  // Where they lie for an output: OUT.mien-part
  static std::filesystem::path folder_for(const std::filesystem::path& output);

  // job: a text that is the same for the same inputs and options. kGoOn keeps the segments that are whole,
  // and begins when there are none; kInvalidArgument when they are of another job. kUnwritable: kRefuse and
  // there are some, another process is at it, or a link or a folder with other files has that name.
  static Result<std::unique_ptr<ClipSegments>> open(const std::filesystem::path& output,
                                                    const std::string& job, IfBegun if_begun);
  static std::filesystem::path first_file_for(const std::filesystem::path& output);
  // Removes the folder when no segment is finished; so does remove_unfinished_files().
  ~ClipSegments();
  ClipSegments(const ClipSegments&) = delete;
  ClipSegments& operator=(const ClipSegments&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  int finished() const { return finished_; }
  const SegmentRecord& last() const { return last_; }  // of the newest one; all zero without any
  const std::vector<std::int64_t>& times() const { return times_; }   // of all finished frames
  const std::vector<LevelRecord>& levels() const { return levels_; }  // likewise

  // A packet of the segment in progress.
  Done add(const AVPacket& packet);
  // Completes the segment in progress.
  Done finish(const SegmentRecord& record);
  // Deletes everything: the clip is done, or not worth going on with.
  void remove();

 private:
  void append(const SegmentRecord& record);
  friend class SegmentPackets;
  ClipSegments(std::filesystem::path folder, int lock) : folder_(std::move(folder)), lock_(lock) {}
  std::filesystem::path file(int number) const;
  Done check_content() const;
  Done check_job(const std::string& job, IfBegun if_begun);
  Done take_finished();
  Done write(const void* bytes, std::size_t size);
  Status cannot_write(int error) const;

  struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct ShaDeleter {
    void operator()(AVSHA* sha) const { av_free(sha); }
  };

  std::filesystem::path folder_;
  int lock_;
  int finished_ = 0;
  SegmentRecord last_;
  std::vector<std::int64_t> times_;
  std::vector<LevelRecord> levels_;
  std::unique_ptr<std::FILE, FileCloser> part_;  // the segment in progress; null between two
  std::unique_ptr<AVSHA, ShaDeleter> sha_;
  std::uint64_t packet_bytes_ = 0;
  std::vector<std::unique_ptr<UnfinishedFile>> worthless_;  // all there is, until a segment is finished
};

// The packets of all finished segments, one after the other.
class SegmentPackets {
 public:
  explicit SegmentPackets(const ClipSegments& segments) : segments_(segments) {}
  // False: there are no more.
  Result<bool> next(AVPacket* packet);

 private:
  const ClipSegments& segments_;
  std::unique_ptr<std::FILE, ClipSegments::FileCloser> file_;
  int number_ = 0;
  std::uint64_t left_ = 0;  // bytes of packets in file_
};

}  // namespace mien
