// read_label() and verify_label(): the labels of files.
#include "core/try.h"
#include "media/codec.h"
#include "media/file_io.h"
#include "media/label.h"
#include "media/sniff.h"

namespace mien {
namespace {

Result<Metadata> read_metadata(ByteView content) {
  const auto format = format_of(content);
  if (!format) {
    return Status(Code::kUnreadable, "is " + describe_content(content) +
                                         ", expected a JPEG, PNG or WebP picture; name one of these");
  }
  switch (*format) {
    case FileFormat::kPng:
      return png_metadata(content);
    case FileFormat::kWebp:
      return webp_metadata(content);
    case FileFormat::kJpeg:
      break;
  }
  return jpeg_metadata(content);
}

}  // namespace

Result<LabelRecord> read_label(std::span<const std::uint8_t> bytes) {
  try {
    if (bytes.empty()) return Status(Code::kUnreadable, "is empty (0 bytes), expected a picture");
    MIEN_ASSIGN(const Metadata metadata, read_metadata(bytes));
    auto record = label_of(metadata);
    if (!record.ok()) return record.status().with_context("has damaged XMP metadata");
    return record;
  } catch (const std::exception& error) {
    return Status(Code::kInternal, std::string("its labels cannot be read (") + error.what() + ")");
  }
}

Result<LabelRecord> read_label(const std::filesystem::path& file) {
  MIEN_ASSIGN(const Bytes content, read_file(file, DecodeLimits{}.max_file_bytes));
  auto record = read_label(content);
  if (!record.ok()) return record.status().with_context(file.string());
  return record;
}

Done check_label(const LabelRecord& record, const std::string& name) {
  std::string clauses;
  for (const std::string& problem : record.problems()) clauses += (clauses.empty() ? "" : "; ") + problem;
  if (clauses.empty()) return {};
  return Status(Code::kLabelPolicy, name + ": is not labelled as synthetic: " + clauses);
}

Done verify_label(const std::filesystem::path& file) {
  MIEN_ASSIGN(const LabelRecord record, read_label(file));
  return check_label(record, file.string());
}

}  // namespace mien
