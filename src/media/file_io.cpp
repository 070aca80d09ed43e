#include "media/file_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <string>
#include <system_error>
#include <utility>

#include "core/try.h"
#include "media/unfinished_files.h"

namespace mien {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  // Some file systems report a full disk only here.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

std::string error_text(int error) { return std::generic_category().message(error); }

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

Status cannot_open(const fs::path& file, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR: {
      std::error_code ignored;
      const fs::path folder = folder_of(file);
      if (!fs::is_directory(folder, ignored)) {
        return {Code::kNotFound,
                "there is no folder " + folder.string() + "; check the spelling of the path"};
      }
      return {Code::kNotFound, "there is no such file; check the spelling, expected the path of a picture"};
    }
    case EACCES:
    case EPERM:
      return {Code::kUnreadable,
              "may not be read (" + error_text(error) + "); ask its owner for the right to read it"};
    case ENXIO:
      return {Code::kUnreadable, "is a socket or a device, expected a picture file; name a regular file"};
    default:
      return {Code::kUnreadable,
              "cannot be opened (" + error_text(error) + "), expected a readable picture file"};
  }
}

// What a thing that is not a regular file is; nullptr for a regular one.
const char* special_kind(mode_t mode) {
  if (S_ISREG(mode)) return nullptr;
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "not a regular file";
}

Status too_large(std::int64_t bytes, std::int64_t max_bytes) {
  return {Code::kLimit, "has " + std::to_string(bytes) + " bytes, at most " + std::to_string(max_bytes) +
                            " are allowed; use a smaller file"};
}

Result<Bytes> read_to_end(int fd, std::size_t expected_bytes, std::int64_t max_bytes) {
  Bytes content(expected_bytes);
  std::size_t size = 0;
  while (true) {
    if (size == content.size()) content.resize(size + std::max<std::size_t>(size / 2, 65'536));
    const ssize_t got = ::read(fd, content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Status(Code::kUnreadable, "cannot be read to its end (" + error_text(errno) + ")");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (static_cast<std::int64_t>(size) > max_bytes)
      return too_large(static_cast<std::int64_t>(size), max_bytes);
  }
  if (size == 0)
    return Status(Code::kUnreadable, "is empty (0 bytes), expected a picture; copy or download it again");
  content.resize(size);
  return content;
}

Done write_all(int fd, ByteView content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const char* advice =
          errno == ENOSPC || errno == EDQUOT ? "; free some space or choose another disk" : "";
      return Status(Code::kUnwritable, "cannot be written (" + error_text(errno) + ")" + advice);
    }
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

bool is_folder(const fs::path& file) {
  std::error_code ignored;
  return fs::is_directory(file, ignored);
}

Status names_a_folder(const fs::path& folder) {
  return {Code::kInvalidArgument, folder.string() + ": is a folder; name a file in it"};
}

Status exists_already() {
  return {Code::kUnwritable, "exists already; choose another name or allow it to be overwritten"};
}

// Gives the finished file its name without ever replacing another one.
Done link_into_place(const fs::path& finished, const fs::path& file) {
  if (::link(finished.c_str(), file.c_str()) == 0) {
    ::unlink(finished.c_str());
    return {};
  }
  if (errno == EEXIST) return exists_already();
  if (errno != EPERM && errno != EACCES && errno != EOPNOTSUPP && errno != ENOSYS) {
    return Status(Code::kUnwritable, "cannot be put in place (" + error_text(errno) + ")");
  }
  // No hard links here (FAT, Android): claim the name with an empty file, which fails when there is one, then
  // replace that.
  const Descriptor claim(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!claim.valid() && errno == EEXIST) return exists_already();
  if (!claim.valid() || ::rename(finished.c_str(), file.c_str()) != 0) {
    const Status status(Code::kUnwritable, "cannot be put in place (" + error_text(errno) + ")");
    if (claim.valid()) ::unlink(file.c_str());
    return status;
  }
  return {};
}

Done move_into_place(const fs::path& finished, const fs::path& file, IfExists if_exists) {
  if (if_exists == IfExists::kRefuse) return link_into_place(finished, file);
  if (::rename(finished.c_str(), file.c_str()) == 0) return {};
  return Status(Code::kUnwritable, "cannot be replaced (" + error_text(errno) + ")");
}

std::string random_name() {
  std::random_device random;
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string name = ".mien-";
  for (int i = 0; i < 16; ++i) name += kDigits[random() % 16];
  return name + ".part";
}

// So that the new name survives a power cut. Best effort: not every file system lets a folder be flushed.
void flush_folder(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) ::fsync(fd.get());
}

Done fill_and_place(const fs::path& part, const fs::path& file, ByteView content, IfExists if_exists) {
  Descriptor fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd.valid()) {
    return Status(Code::kUnwritable, "cannot be written: folder " + folder_of(file).string() +
                                         " takes no new files (" + error_text(errno) +
                                         "); choose another folder");
  }
  Done done = write_all(fd.get(), content);
  if (done.ok() && (::fsync(fd.get()) != 0 || !fd.close())) {
    done = Status(Code::kUnwritable, "cannot be flushed to the disk (" + error_text(errno) + ")");
  }
  if (done.ok()) done = move_into_place(part, file, if_exists);
  if (!done.ok()) ::unlink(part.c_str());
  return done;
}

}  // namespace

PartFile::PartFile(const fs::path& file, IfExists if_exists, const fs::path& folder)
    : file_(file),
      part_(fs::absolute(folder.empty() ? folder_of(file) : folder) / random_name()),
      if_exists_(if_exists),
      listed_(std::make_unique<UnfinishedFile>(part_)) {}

PartFile::~PartFile() {
  if (!placed_) ::unlink(part_.c_str());
}

Done PartFile::place() {
  Descriptor fd(::open(part_.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.valid() || ::fsync(fd.get()) != 0 || !fd.close()) {
    return Status(Code::kUnwritable,
                  file_.string() + ": cannot be flushed to the disk (" + error_text(errno) + ")");
  }
  const Done done = move_into_place(part_, file_, if_exists_);
  if (!done.ok()) return done.status().with_context(file_.string());
  placed_ = true;
  flush_folder(folder_of(file_));
  return {};
}

Result<Bytes> read_file(const fs::path& file, std::int64_t max_bytes) {
  const std::string name = file.string();
  // Non-blocking, or opening a pipe would wait for its writer.
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd.valid()) return cannot_open(file, errno).with_context(name);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return cannot_open(file, errno).with_context(name);
  if (const char* kind = special_kind(info.st_mode)) {
    return Status(Code::kUnreadable,
                  name + ": is " + kind + ", expected a picture file; name a regular file");
  }
  if (info.st_size > max_bytes) return too_large(info.st_size, max_bytes).with_context(name);
  // One byte more than there should be, so that the end is seen without growing.
  auto content = read_to_end(fd.get(), static_cast<std::size_t>(info.st_size) + 1, max_bytes);
  if (!content.ok()) return content.status().with_context(name);
  return content;
}

Status unknown_ending(const fs::path& file, const std::string& expected) {
  if (is_folder(file)) return names_a_folder(file);
  const std::string extension = file.extension().string();
  return {Code::kInvalidArgument,
          file.string() + ": has " +
              (extension.empty() ? "no extension" : "the extension \"" + extension + "\"") + ", expected " +
              expected};
}

Done check_can_write(const fs::path& file, IfExists if_exists) {
  const std::string name = file.string();
  if (is_folder(file)) return names_a_folder(file);
  if (!file.has_filename()) {
    return Status(Code::kUnwritable, "\"" + name + "\": names no file; expected a path such as out.jpg");
  }
  const fs::path folder = folder_of(file);
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    const char* what = fs::exists(folder, ignored) ? " is not a folder" : " does not exist; create it first";
    return Status(Code::kUnwritable, name + ": cannot be written: folder " + folder.string() + what);
  }
  struct stat info {};
  if (::lstat(file.c_str(), &info) == 0) {
    // A link is replaced, whatever it points to; a folder or device is not.
    const char* kind = S_ISLNK(info.st_mode) ? nullptr : special_kind(info.st_mode);
    if (kind) return Status(Code::kUnwritable, name + ": is " + kind + "; name a file to write");
    if (if_exists == IfExists::kRefuse) return exists_already().with_context(name);
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return Status(Code::kUnwritable, name + ": cannot be written: folder " + folder.string() +
                                         " takes no new files (" + error_text(errno) +
                                         "); choose another folder");
  }
  return {};
}

Done write_file(const fs::path& file, ByteView content, IfExists if_exists) {
  MIEN_TRY(check_can_write(file, if_exists));
  try {
    // Absolute, so that the clean-up finds it even if the process changes its folder.
    const fs::path part = fs::absolute(folder_of(file)) / random_name();
    const UnfinishedFile listed(part);
    const Done done = fill_and_place(part, file, content, if_exists);
    if (!done.ok()) return done.status().with_context(file.string());
    flush_folder(folder_of(file));
    return {};
  } catch (const std::exception& error) {
    return Status(Code::kUnwritable, file.string() + ": cannot be written (" + error.what() + ")");
  }
}

}  // namespace mien
