#include <net.h>  // ncnn outside of src/model
#include <libavcodec/avcodec.h>  // FFmpeg outside of src/video
