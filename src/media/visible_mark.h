// The mark that tells a viewer that the picture is synthetic.
#pragma once

#include "mien/image.h"

namespace mien {

inline constexpr char kVisibleMarkText[] = "AI FUSED";

// Writes kVisibleMarkText into the lower right corner: light letters with a dark rim on a soft dark plate, so
// that they can be read on any background. The letters are at least 5 % of the picture's short side high (GB
// 45438-2025), in small pictures more, so that they stay legible; where the picture is too narrow for that
// they fit its width. Transparent pixels become opaque where the mark is. Returns the pixels that may have
// changed; empty when the picture is too small for any letters to be told apart (less than 23
// wide or 8 high), and nothing was drawn.
PixelRect draw_visible_mark(MutableImageView image);

}  // namespace mien
