// How different two colours look.
#pragma once

#include "fuse/colour.h"

namespace mien {

// CIEDE2000 with all weights 1 (CIE 142-2001), exact, as written down by Sharma, Wu and Dalal (Color Research
// and Application 30, 2005). Symmetric; 1 is about what a trained eye sees side by side.
double delta_e_2000(const Lab& a, const Lab& b);

}  // namespace mien
