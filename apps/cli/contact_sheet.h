// A picture of all faces side by side, numbered and described.
#pragma once

#include <string>
#include <vector>

#include "mien/engine.h"

namespace mien::cli {

struct SheetCell {
  Face face;
  std::vector<std::string> lines;  // digits, capital letters, space and + - . %
  bool marked = false;             // drawn with a frame: refused
};

// At most four cells in a row.
Image contact_sheet(ImageView photo, const std::vector<SheetCell>& cells);

}  // namespace mien::cli
