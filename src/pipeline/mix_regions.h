// Two looks at the regions of one face, made one.
#pragma once

#include "face/region_map.h"

namespace mien {

// Hair that is half seen flickers: `now` (whose grid stays) is mixed with the look before, already moved to
// where the face is now. The less a place differs the less the new look counts (0.3 of it up to a change of
// 0.2 in any class, 0.9 from a change of 0.6); a hand that comes in is seen at once. All classes of a place
// get the same share, so that their sum stays.
void mix_with_earlier(const RegionMap& before, RegionMap* now);
// The same of where glasses are.
void mix_with_earlier(const FineMask& before, FineMask* now);

}  // namespace mien
