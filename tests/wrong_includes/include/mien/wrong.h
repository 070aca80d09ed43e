#include "core/image.h"  // a public header that needs the inside
