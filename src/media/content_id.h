// A number for a content: the same content always has the same one.
#pragma once

#include <string>

#include "media/bytes.h"
#include "mien/image.h"

namespace mien {

// 32 hexadecimal digits. For telling contents apart, not for proving that one is genuine: this is no
// cryptographic hash.
std::string content_id(ByteView content);
std::string content_id(ImageView image);

}  // namespace mien
