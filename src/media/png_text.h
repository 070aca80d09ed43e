// Where metadata lives in a PNG.
#pragma once

namespace mien {

inline constexpr char kPngXmpKey[] = "XML:com.adobe.xmp";  // iTXt
inline constexpr char kPngAigcKey[] = "AIGC";              // tEXt or iTXt, the TC260 guide's other place
inline constexpr char kPngC2paChunk[] = "caBX";

}  // namespace mien
