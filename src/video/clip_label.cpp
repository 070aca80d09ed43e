#include "video/clip_label.h"

#include "core/try.h"
#include "media/label.h"
#include "video/clip_reader.h"
#include "video/ffmpeg.h"

namespace mien {
namespace {

constexpr std::uint8_t kXmpUuid[16] = {0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8,
                                       0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac};

Metadata label_metadata(const AVDictionary* tags) {
  Metadata out;
  out.xmp = to_bytes(metadata_text(tags, kClipXmpKey));
  out.aigc_text = metadata_text(tags, kClipAigcKey);
  return out;
}

}  // namespace

Result<ClipLabel> make_clip_label(const AVDictionary* tags_of_target, const Provenance& how,
                                  const std::string& id) {
  Metadata target = label_metadata(tags_of_target);
  const auto before = label_of(target);
  // The text beside the packet says the same; what is in the packet counts.
  if (before.ok() && before->aigc && before->aigc->json == target.aigc_text) target.aigc_text.clear();
  Metadata labelled;
  labelled.xmp = output_xmp(target, how, id);
  MIEN_ASSIGN(const LabelRecord record, label_of(labelled));
  if (how.fused && !record.labelled_as_synthetic())
    return Status(Code::kLabelPolicy, "the clip cannot be labelled: " + record.problems().front());
  return ClipLabel{std::string(as_text(labelled.xmp)), record.aigc ? record.aigc->json : "",
                   record.digital_source_type};
}

std::string xmp_box(std::string_view xmp) {
  const auto size = static_cast<std::uint32_t>(8 + sizeof kXmpUuid + xmp.size());
  std::string box;
  for (const int shift : {24, 16, 8, 0}) box += static_cast<char>(size >> shift & 0xff);
  box += "uuid";
  box.append(reinterpret_cast<const char*>(kXmpUuid), sizeof kXmpUuid);
  return box.append(xmp);
}

Result<LabelRecord> read_clip_label(const std::filesystem::path& file) {
  MIEN_ASSIGN(const auto reader, ClipReader::open(file, {}, 1));
  const AVDictionary* tags = reader->input().metadata;
  auto record = label_of(label_metadata(tags));
  if (!record.ok()) return record.status().with_context(file.string() + ": has damaged XMP metadata");
  if (record->digital_source_type.empty())
    record->digital_source_type = metadata_text(tags, kClipSourceTypeKey);
  return record;
}

}  // namespace mien
