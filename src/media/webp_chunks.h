// Where metadata lives in a WebP.
#pragma once

namespace mien {

inline constexpr char kWebpIccChunk[] = "ICCP";
inline constexpr char kWebpExifChunk[] = "EXIF";
inline constexpr char kWebpXmpChunk[] = "XMP ";
inline constexpr char kWebpC2paChunk[] = "C2PA";

}  // namespace mien
