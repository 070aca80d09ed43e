#include "model/net.h"  // media depends on core only
