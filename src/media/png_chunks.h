// The chunks that a PNG is made of, and which of them carry metadata.
#pragma once

#include <vector>

#include "media/bytes.h"
#include "mien/status.h"

namespace mien {

inline constexpr char kPngXmpKey[] = "XML:com.adobe.xmp";  // iTXt
inline constexpr char kPngAigcKey[] = "AIGC";              // tEXt or iTXt, the TC260 guide's other place
inline constexpr char kPngC2paChunk[] = "caBX";

struct PngChunk {
  std::string_view type;  // four letters
  ByteView whole;         // with length and checksum
};

// All chunks up to and including the last one, IEND. kUnreadable when the file ends before that.
Result<std::vector<PngChunk>> png_chunks(ByteView content);

// A PNG with this one's metadata, of which only the header is to be read: what stands behind the pixels is
// moved in front of them, and the pixels are left out but for the first chunk.
Bytes png_with_metadata_first(ByteView content, const std::vector<PngChunk>& chunks);

}  // namespace mien
