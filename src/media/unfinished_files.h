// The list of files that are being written, in a form that a signal handler can read.
#pragma once

#include <filesystem>

namespace mien {

// Keeps one path on the list from construction to destruction. To be made before the file is, so that no
// moment is left in which an interrupted process would leave the file behind. When the list is full or the
// path too long it does nothing. A folder can be listed too, after what is in it: it goes when it is empty.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(const std::filesystem::path& file) noexcept;
  ~UnfinishedFile();
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;

 private:
  int slot_ = -1;
};

}  // namespace mien
