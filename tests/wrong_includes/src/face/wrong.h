#include <net.h>  // ncnn outside of src/model
