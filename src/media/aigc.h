// The JSON text of TC260:AIGC.
#pragma once

#include <string>

#include "mien/label.h"

namespace mien {

// The label of a picture that is synthetic (Label "1"), made here and passed on by nobody yet.
std::string aigc_json(const std::string& content_producer, const std::string& produce_id);

// Reads such a text; what is wrong with it is said in the result.
AigcLabel parse_aigc(const std::string& json);

}  // namespace mien
