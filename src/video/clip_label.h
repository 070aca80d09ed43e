// The label of a clip.
//
// MP4 and MOV: the XMP packet in a uuid box at the file's end, as XMP's specification has it for MPEG-4, and
// the AIGC text as metadata key "AIGC" in moov (TC260-PG guide). Matroska and WebM have no place for XMP that
// others read: tags XMP, AIGC and DIGITAL_SOURCE_TYPE.
#pragma once

#include <filesystem>
#include <string>

#include "mien/fused_image.h"
#include "mien/label.h"

struct AVDictionary;

namespace mien {

inline constexpr const char* kClipXmpKey = "XMP";
inline constexpr const char* kClipAigcKey = "AIGC";
inline constexpr const char* kClipSourceTypeKey = "DIGITAL_SOURCE_TYPE";
inline constexpr const char* kClipLabelKeys[] = {kClipXmpKey, kClipAigcKey, kClipSourceTypeKey};

struct ClipLabel {
  std::string xmp, aigc, digital_source_type;
};

// The label for a clip made from one with these tags; kLabelPolicy when the result would not be labelled. id:
// see content_id().
Result<ClipLabel> make_clip_label(const AVDictionary* tags_of_target, const Provenance& how,
                                  const std::string& id);

// The uuid box with an XMP packet.
std::string xmp_box(std::string_view xmp);

// What a clip says about how it was made. A clip without any label gives an empty record.
Result<LabelRecord> read_clip_label(const std::filesystem::path& file);

}  // namespace mien
