// Whole files in and out. Output is atomic: it appears complete or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "media/bytes.h"
#include "mien/status.h"

namespace mien {

// Reads a regular file. A folder, pipe, device, empty, unreadable or too large file each gives its own
// sentence.
Result<Bytes> read_file(const std::filesystem::path& file, std::int64_t max_bytes);

enum class IfExists { kRefuse, kReplace };

// What is wrong with the name of a file to write whose ending says nothing known, or whose name is a
// folder's. expected: the endings in words, ".jpg, .png or .webp; choose one of these".
Status unknown_ending(const std::filesystem::path& file, const std::string& expected);

// Whether write_file() could work, as far as can be seen without writing.
Done check_can_write(const std::filesystem::path& file, IfExists if_exists);

// Writes a file beside `file` under an unpredictable name, flushes it to the disk, then gives it its name.
// Nothing is left over when that fails. kRefuse also holds against a file that somebody else creates
// meanwhile.
Done write_file(const std::filesystem::path& file, ByteView content, IfExists if_exists);

// A file that somebody else fills, step by step, under the name part(); place() flushes it and gives it its
// own name. Gone when the object is, unless it was placed; on the list of remove_unfinished_files() until
// then. folder: where it lies meanwhile, on the same disk, so that whoever owns the folder can clear up after
// a process that was killed; empty: beside the file.
class PartFile {
 public:
  PartFile(const std::filesystem::path& file, IfExists if_exists, const std::filesystem::path& folder = {});
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::filesystem::path& part() const { return part_; }
  Done place();

 private:
  std::filesystem::path file_, part_;
  IfExists if_exists_;
  std::unique_ptr<class UnfinishedFile> listed_;
  bool placed_ = false;
};

// Deletes what write_file() calls and PartFiles of this process have not finished. Async-signal-safe: for a
// handler of SIGINT or SIGTERM that ends the process afterwards; the interrupted write_file() calls will
// fail.
void remove_unfinished_files() noexcept;

}  // namespace mien
