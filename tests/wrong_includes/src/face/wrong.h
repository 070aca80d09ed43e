#include <libavcodec/avcodec.h>  // FFmpeg outside of src/video
#include <net.h>                 // ncnn outside of src/model
