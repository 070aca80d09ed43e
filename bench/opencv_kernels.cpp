#include "opencv_kernels.h"

#include <opencv2/imgproc.hpp>

namespace mien {

struct OpenCvKernels::Pictures {
  cv::Mat picture, map_x, map_y, remapped, plane, blurred, colours, lab;
};

namespace {

cv::Mat copy_of(const Plane& plane) {
  return cv::Mat(plane.height, plane.width, CV_32F, const_cast<float*>(plane.values.data())).clone();
}

// The first three channels, one after the other.
std::vector<float> planes_of(const cv::Mat& picture) {
  cv::Mat floats;
  picture.convertTo(floats, CV_32F);
  std::vector<cv::Mat> channels;
  cv::split(floats, channels);
  std::vector<float> out;
  for (std::size_t c = 0; c < std::min<std::size_t>(channels.size(), 3); ++c)
    out.insert(out.end(), channels[c].begin<float>(), channels[c].end<float>());
  return out;
}

}  // namespace

OpenCvKernels::OpenCvKernels() : p_(std::make_unique<Pictures>()) { cv::setNumThreads(1); }
OpenCvKernels::~OpenCvKernels() = default;

void OpenCvKernels::set_picture(ImageView rgba) {
  p_->picture = cv::Mat(rgba.height, rgba.width, CV_8UC4, const_cast<std::uint8_t*>(rgba.data),
                        static_cast<std::size_t>(rgba.stride_bytes))
                    .clone();
}

void OpenCvKernels::set_map(const Plane& x, const Plane& y) {
  p_->map_x = copy_of(x), p_->map_y = copy_of(y);
}

void OpenCvKernels::set_plane(const Plane& plane) { p_->plane = copy_of(plane); }

void OpenCvKernels::set_planes(const PlanarRgb& picture) {
  std::vector<cv::Mat> channels;
  for (int c = 0; c < 3; ++c)
    channels.emplace_back(picture.height, picture.width, CV_32F, const_cast<float*>(picture.channel(c)));
  cv::merge(channels, p_->colours);
  p_->colours *= 1.0 / 255;
}

void OpenCvKernels::remap() {
  cv::remap(p_->picture, p_->remapped, p_->map_x, p_->map_y, cv::INTER_CUBIC, cv::BORDER_REPLICATE);
}

void OpenCvKernels::gaussian_blur(float sigma_px) {
  cv::GaussianBlur(p_->plane, p_->blurred, {}, sigma_px, sigma_px, cv::BORDER_REPLICATE);
}

void OpenCvKernels::lab() { cv::cvtColor(p_->colours, p_->lab, cv::COLOR_RGB2Lab); }

std::vector<float> OpenCvKernels::remapped() const { return planes_of(p_->remapped); }
std::vector<float> OpenCvKernels::blurred() const { return planes_of(p_->blurred); }
std::vector<float> OpenCvKernels::lab_planes() const { return planes_of(p_->lab); }

}  // namespace mien
