#include "video/clip_segments.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>

#include "core/byte_stream.h"
#include "core/try.h"

namespace mien {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigest = 32, kTail = sizeof(std::uint64_t) + sizeof(std::uint32_t) + kDigest;
constexpr std::size_t kPacketHead = sizeof(std::int64_t) + 2 * sizeof(std::uint32_t);
constexpr const char* kJobFile = "job";
constexpr const char* kInProgress = "unfinished";
constexpr const char* kSegment = ".segment";

std::vector<std::uint8_t> record_bytes(const SegmentRecord& record) {
  ByteWriter out;
  for (const int n : {record.frames, record.fused_frames}) out.number(n);
  out.text(record.first_note);
  out.number(static_cast<std::uint32_t>(record.people.size()));
  for (const PersonSeen& person : record.people)
    out.number(static_cast<std::uint8_t>(person.found)), out.number(person.best_similarity);
  out.blob(record.tracker);
  out.number(static_cast<std::uint32_t>(record.times.size()));
  for (const std::int64_t time : record.times) out.number(time);
  out.number(static_cast<std::uint32_t>(record.levels.size()));
  for (const LevelRecord& level : record.levels)
    out.number(level.frame), out.number(level.number), out.text(level.why);
  return out.bytes();
}

std::optional<SegmentRecord> record_from(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes);
  SegmentRecord out;
  for (int* n : {&out.frames, &out.fused_frames}) *n = in.number<int>();
  out.first_note = in.text();
  const auto people = in.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < people && in.good(); ++i) {
    const bool found = in.number<std::uint8_t>() != 0;
    out.people.push_back({found, in.number<float>()});
  }
  const auto tracker = in.blob();
  out.tracker.assign(tracker.begin(), tracker.end());
  const auto count = in.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.good(); ++i) out.times.push_back(in.number<std::int64_t>());
  const auto levels = in.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < levels && in.good(); ++i) {
    LevelRecord& level = out.levels.emplace_back();
    level.frame = in.number<std::int32_t>(), level.number = in.number<std::int32_t>();
    level.why = in.text();
  }
  return in.at_end() ? std::optional(std::move(out)) : std::nullopt;
}

struct Tail {
  std::uint64_t packet_bytes = 0;
  std::uint32_t record_bytes = 0;
};

// What a segment's file says at its end; empty when the file is not as it was written.
std::optional<SegmentRecord> read_record(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (!in || error || size < kTail) return std::nullopt;
  const std::unique_ptr<AVSHA, decltype(&av_free)> sha(not_null(av_sha_alloc()), &av_free);
  av_sha_init(sha.get(), 256);
  std::array<std::uint8_t, 1 << 16> chunk;
  std::vector<std::uint8_t> last;  // the record and the tail lie in here
  for (std::uintmax_t at = 0; at < size - kDigest;) {
    const auto count = static_cast<std::size_t>(std::min<std::uintmax_t>(chunk.size(), size - kDigest - at));
    if (!in.read(reinterpret_cast<char*>(chunk.data()), static_cast<std::streamsize>(count)))
      return std::nullopt;
    av_sha_update(sha.get(), chunk.data(), count);
    at += count;
  }
  std::array<std::uint8_t, kDigest> expected{}, seen{};
  av_sha_final(sha.get(), seen.data());
  if (!in.read(reinterpret_cast<char*>(expected.data()), kDigest) || seen != expected) return std::nullopt;
  Tail tail;
  in.seekg(-static_cast<std::streamoff>(kTail), std::ios::end);
  in.read(reinterpret_cast<char*>(&tail.packet_bytes), sizeof tail.packet_bytes);
  in.read(reinterpret_cast<char*>(&tail.record_bytes), sizeof tail.record_bytes);
  if (!in || tail.packet_bytes + tail.record_bytes + kTail != size) return std::nullopt;
  last.resize(tail.record_bytes);
  in.seekg(static_cast<std::streamoff>(tail.packet_bytes));
  if (!in.read(reinterpret_cast<char*>(last.data()), static_cast<std::streamsize>(last.size())))
    return std::nullopt;
  return record_from(last);
}

std::string segment_name(int number) {
  char name[32];
  std::snprintf(name, sizeof name, "%06d%s", number, kSegment);
  return name;
}

// Whether it is a file that a run writes into its folder: segments, the job, and what it has in hand.
bool is_ours(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  std::error_code error;
  if (entry.symlink_status(error).type() != fs::file_type::regular) return false;
  const bool numbered = name.find_first_not_of("0123456789") == name.size() - std::strlen(kSegment);
  return name == kJobFile || name == kInProgress || (numbered && name.ends_with(kSegment)) ||
         (name.starts_with(".mien-") && name.ends_with(".part"));
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

fs::path ClipSegments::folder_for(const fs::path& output) {
  fs::path folder = output;
  folder += ".mien-part";
  return folder;
}

fs::path ClipSegments::file(int number) const { return folder_ / segment_name(number); }

fs::path ClipSegments::first_file_for(const fs::path& output) { return folder_for(output) / segment_name(0); }

Result<std::unique_ptr<ClipSegments>> ClipSegments::open(const fs::path& output, const std::string& job,
                                                         IfBegun if_begun) {
  const fs::path folder = folder_for(output);
  std::error_code error;
  fs::create_directory(folder, error);
  if (error)
    return Status(Code::kUnwritable,
                  folder.string() + ": cannot be created (" + error.message() +
                      "); finished parts of the clip are kept there, choose another place for the output");
  if (fs::is_symlink(fs::symlink_status(folder, error)))
    return Status(Code::kUnwritable,
                  folder.string() +
                      ": is a link, expected a folder or nothing: finished parts of the clip are kept there; "
                      "remove the link or choose another name for the output");
  const int lock = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  std::unique_ptr<ClipSegments> out(new ClipSegments(folder, lock));
  out->finished_ = -1;  // not ours to remove
  if (lock < 0)
    return Status(Code::kUnwritable, folder.string() + ": cannot be opened (" +
                                         std::generic_category().message(errno) +
                                         "); choose another name for the output");
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
    return Status(Code::kUnwritable, output.string() + ": another run is writing it (" + folder.string() +
                                         "); wait for it or choose another name");
  MIEN_TRY(out->check_content());
  out->finished_ = 0;
  ::fchmod(lock, S_IRWXU);  // the tracker's state may say who is seen
  MIEN_TRY(out->check_job(job, if_begun));
  MIEN_TRY(out->take_finished());
  if (out->finished_ == 0) {
    const fs::path whole = fs::absolute(folder);
    for (const fs::path& path : {whole / kInProgress, whole / kJobFile, whole})
      out->worthless_.push_back(std::make_unique<UnfinishedFile>(path));
  }
  return out;
}

// A folder of that name may be somebody else's, and what we do not know is never deleted.
Done ClipSegments::check_content() const {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    if (!is_ours(entry))
      return Status(Code::kUnwritable, folder_.string() + ": holds " + entry.path().filename().string() +
                                           ", expected nothing but the finished parts of a clip; move it "
                                           "away or choose another name for the output");
  }
  return {};
}

// Leaves a folder with the job's name and, of the segments, those to go on with.
Done ClipSegments::check_job(const std::string& job, IfBegun if_begun) {
  std::error_code error;
  const bool begun = fs::exists(file(0), error);
  const auto keep = [this](Code code, const std::string& sentence) {
    finished_ = -1;
    return Status(code, folder_.string() + sentence);
  };
  if (begun && if_begun == IfBegun::kRefuse)
    return keep(
        Code::kUnwritable,
        " holds the finished part of an earlier run; go on with --resume, or begin anew with --overwrite");
  if (begun && if_begun == IfBegun::kGoOn && text_of(folder_ / kJobFile) != job) {
    return keep(Code::kInvalidArgument,
                " is of another clip, source or other options than these; say the same as then, or begin "
                "anew with --overwrite in place of --resume");
  }
  const bool going_on = begun && if_begun == IfBegun::kGoOn;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    // What a run that was killed had in hand goes in any case: a segment, or all of them joined.
    const bool finished = entry.path().extension() == kSegment || entry.path().filename() == kJobFile;
    std::error_code ignored;
    if (is_ours(entry) && (!going_on || !finished)) fs::remove(entry.path(), ignored);
  }
  if (going_on) return {};
  std::ofstream out(folder_ / kJobFile, std::ios::binary);
  out << job;
  if (!out.flush()) return cannot_write(errno ? errno : EIO);
  return {};
}

Done ClipSegments::take_finished() {
  while (auto record = read_record(file(finished_))) {
    append(*record);
    last_ = std::move(*record);
    ++finished_;
  }
  return {};
}

void ClipSegments::append(const SegmentRecord& record) {
  times_.insert(times_.end(), record.times.begin(), record.times.end());
  levels_.insert(levels_.end(), record.levels.begin(), record.levels.end());
}

ClipSegments::~ClipSegments() {
  if (finished_ == 0) remove();
  if (lock_ >= 0) ::close(lock_);
}

void ClipSegments::remove() {
  part_.reset();
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored)) {
    std::error_code stays;
    if (is_ours(entry)) fs::remove(entry.path(), stays);
  }
  fs::remove(folder_, ignored);  // not empty: somebody put something there meanwhile
  worthless_.clear();
  finished_ = -1;
}

Status ClipSegments::cannot_write(int error) const {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return {Code::kUnwritable, folder_.string() + ": cannot be written (" +
                                 std::generic_category().message(error) + ")" +
                                 (full ? "; free some space or choose another disk" : "")};
}

Done ClipSegments::write(const void* bytes, std::size_t size) {
  errno = 0;
  if (std::fwrite(bytes, 1, size, part_.get()) != size) return cannot_write(errno ? errno : EIO);
  av_sha_update(sha_.get(), static_cast<const std::uint8_t*>(bytes), size);
  return {};
}

Done ClipSegments::add(const AVPacket& packet) {
  if (part_ == nullptr) {
    part_.reset(std::fopen((folder_ / kInProgress).c_str(), "wb"));
    if (part_ == nullptr) return cannot_write(errno);
    if (sha_ == nullptr) sha_.reset(not_null(av_sha_alloc()));
    av_sha_init(sha_.get(), 256);
    packet_bytes_ = 0;
  }
  ByteWriter head;
  head.number(packet.pts);
  head.number(static_cast<std::uint32_t>(packet.flags));
  head.number(static_cast<std::uint32_t>(packet.size));
  packet_bytes_ += kPacketHead + static_cast<std::uint64_t>(packet.size);
  MIEN_TRY(write(head.bytes().data(), head.bytes().size()));
  return write(packet.data, static_cast<std::size_t>(packet.size));
}

Done ClipSegments::finish(const SegmentRecord& record) {
  if (part_ == nullptr)
    return Status(Code::kInternal, folder_.string() + ": the encoder gave nothing for " +
                                       std::to_string(record.times.size()) +
                                       " frames; try another one with --encoder");
  const std::vector<std::uint8_t> bytes = record_bytes(record);
  ByteWriter sizes;
  sizes.number(packet_bytes_);
  sizes.number(static_cast<std::uint32_t>(bytes.size()));
  MIEN_TRY(write(bytes.data(), bytes.size()));
  MIEN_TRY(write(sizes.bytes().data(), sizes.bytes().size()));
  std::array<std::uint8_t, kDigest> digest{};
  av_sha_final(sha_.get(), digest.data());
  errno = 0;
  const bool whole = std::fwrite(digest.data(), 1, kDigest, part_.get()) == kDigest &&
                     std::fflush(part_.get()) == 0 && ::fsync(::fileno(part_.get())) == 0;
  if (!whole) return cannot_write(errno ? errno : EIO);
  part_.reset();
  worthless_.clear();
  std::error_code error;
  std::filesystem::rename(folder_ / kInProgress, file(finished_), error);
  if (error) return cannot_write(error.value());
  ::fsync(lock_);  // the name too; where folders cannot be flushed the file is still there
  ++finished_;
  append(record);
  last_ = record;
  return {};
}

Result<bool> SegmentPackets::next(AVPacket* packet) {
  const auto damaged = [&] {
    return Status(Code::kUnreadable,
                  segments_.file(number_ - 1).string() +
                      ": was changed or damaged while the clip was made; run again with --resume");
  };
  while (left_ == 0) {
    if (number_ == segments_.finished()) return false;
    file_.reset(std::fopen(segments_.file(number_++).c_str(), "rb"));
    if (!file_ || std::fseek(file_.get(), -static_cast<long>(kTail), SEEK_END) != 0 ||
        std::fread(&left_, sizeof left_, 1, file_.get()) != 1)
      return damaged();
    std::rewind(file_.get());
  }
  std::array<std::uint8_t, kPacketHead> bytes{};
  if (left_ < kPacketHead || std::fread(bytes.data(), bytes.size(), 1, file_.get()) != 1) return damaged();
  ByteReader head(bytes);
  const auto pts = head.number<std::int64_t>();
  const auto flags = head.number<std::uint32_t>(), size = head.number<std::uint32_t>();
  left_ -= kPacketHead;
  if (size > left_ || size > INT_MAX) return damaged();
  av_packet_unref(packet);
  if (av_new_packet(packet, static_cast<int>(size)) < 0) throw std::bad_alloc();
  if (size > 0 && std::fread(packet->data, size, 1, file_.get()) != 1) return damaged();
  left_ -= size;
  packet->pts = pts, packet->flags = static_cast<int>(flags);
  return true;
}

}  // namespace mien
