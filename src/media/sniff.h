// What a file is, judged by its first bytes.
#pragma once

#include <optional>
#include <string>

#include "media/bytes.h"
#include "mien/media.h"

namespace mien {

// The format to decode it with; nothing when it is none of ours.
std::optional<FileFormat> format_of(ByteView content);

// Whether it is a picture (or an animated one) in the boxes that films come in, too: HEIC, AVIF. None is read
// here.
bool is_boxed_picture(ByteView content);

// What content that is none of ours seems to be, for a message: "a HEIC picture", "a text file".
std::string describe_content(ByteView content);

// What to do with such content where a picture is wanted, for the end of the message.
std::string advice_for(ByteView content);

}  // namespace mien
