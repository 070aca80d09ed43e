#include "fuse/warp.h"  // against the direction
