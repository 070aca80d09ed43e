// The mask of a head that is turned far to the side.
#pragma once

#include "fuse/masks.h"

namespace mien {

// Nose, mouth and far eye of a head that is turned by more than 28 to 35 degrees (by face) reach beyond the
// oval, whose far side lies behind them: adds to masks->alpha what the warped face (maps) covers there, up to
// its outline. Other heads' masks stay as they are. target: its mesh; canvas pixels.
// Between draw_mask_shapes() and finish_masks().
void add_turned_middle(const Mesh& target, const WarpMaps& maps, FaceMasks* masks);

}  // namespace mien
