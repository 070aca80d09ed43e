#include "seamless_clone.h"

#include <cstring>
#include <opencv2/imgproc.hpp>
#include <opencv2/photo.hpp>

namespace mien {
namespace {

cv::Mat bytes_of(const Plane& mask) {
  cv::Mat out(mask.height, mask.width, CV_8U);
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) out.at<std::uint8_t>(y, x) = mask.row(y)[x] > 0.5f ? 255 : 0;
  }
  // It drops the outermost pixels of the picture itself.
  cv::rectangle(out, {0, 0}, {mask.width - 1, mask.height - 1}, cv::Scalar(0), 1);
  return out;
}

cv::Mat wrap(ImageView view) {
  return {view.height, view.width, CV_8UC3, const_cast<std::uint8_t*>(view.data),
          static_cast<std::size_t>(view.stride_bytes)};
}

}  // namespace

CloneProblem problem_of_opencv(const Plane& mask) {
  const cv::Mat bytes = bytes_of(mask);
  const cv::Rect box = cv::boundingRect(bytes);
  cv::Mat eroded;
  cv::erode(bytes, eroded, cv::Mat::ones(3, 3, CV_8U), {-1, -1}, 3);
  CloneProblem out;
  out.domain.resize(mask.width, mask.height), out.own.resize(mask.width, mask.height);
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      const bool inside = x > box.x && y > box.y && x < box.x + box.width - 1 && y < box.y + box.height - 1;
      out.domain.row(y)[x] = inside ? 1.0f : 0.0f;
      out.own.row(y)[x] = eroded.at<std::uint8_t>(y, x) ? 1.0f : 0.0f;
    }
  }
  return out;
}

Image opencv_seamless_clone(ImageView source, ImageView target, const Plane& mask) {
  cv::setNumThreads(1);
  const cv::Mat bytes = bytes_of(mask);
  const cv::Rect box = cv::boundingRect(bytes);
  cv::Mat result;
  cv::seamlessClone(wrap(source), wrap(target), bytes, {box.x + box.width / 2, box.y + box.height / 2},
                    result, cv::NORMAL_CLONE);
  Image out(target.width, target.height, PixelFormat::kRgb8);
  for (int y = 0; y < result.rows; ++y)
    std::memcpy(out.mutable_view().row(y), result.ptr(y), static_cast<std::size_t>(result.cols) * 3);
  return out;
}

}  // namespace mien
