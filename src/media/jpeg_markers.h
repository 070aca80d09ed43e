// Metadata in a JPEG's application segments.
#pragma once

#include "media/bytes.h"
#include "media/libjpeg.h"
#include "mien/media.h"

namespace mien {

// Segment kinds that carry metadata.
inline constexpr int kApp1 = JPEG_APP0 + 1;    // EXIF, XMP
inline constexpr int kApp2 = JPEG_APP0 + 2;    // ICC
inline constexpr int kApp11 = JPEG_APP0 + 11;  // C2PA

// What a segment can hold beside its length field.
inline constexpr std::size_t kMaxSegmentBytes = 65'533;

inline constexpr std::string_view kExifSignature{"Exif\0\0", 6};
inline constexpr std::string_view kXmpSignature{"http://ns.adobe.com/xap/1.0/\0", 29};
inline constexpr std::string_view kExtendedXmpSignature{"http://ns.adobe.com/xmp/extension/\0", 35};

// The metadata in the segments that libjpeg saved (kApp1 and kApp11); ICC is libjpeg's own business. XMP that
// is spread over several segments is put together.
Metadata metadata_from_markers(const jpeg_marker_struct* first);

// The payloads of the APP1 segments for EXIF and XMP, in order of writing. A packet that is too large for one
// segment is spread as the XMP specification (part 3) says, its labels staying in the first. kLimit when
// something cannot be fitted in.
Result<std::vector<Bytes>> app1_segments(const Metadata& metadata);

}  // namespace mien
