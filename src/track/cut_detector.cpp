#include "track/cut_detector.h"

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

constexpr float kCutLevels = 16.0f;     // mean difference of thumbnails, in grey levels
constexpr float kCutTimesUsual = 3.0f;  // and how far above what was usual
constexpr float kUsualShare = 0.2f;     // of a new frame in what is usual
constexpr int kSamplesPerCell = 8;      // in each direction, at most

}  // namespace

CutDetector::Thumbnail CutDetector::thumbnail(ImageView frame) {
  const int n = channel_count(frame.format), green = n == 1 ? 0 : 1;
  Thumbnail out{};
  float mean = 0;
  for (int cy = 0; cy < kHeight; ++cy) {
    const int y0 = cy * frame.height / kHeight, y1 = std::max(y0 + 1, (cy + 1) * frame.height / kHeight),
              step_y = std::max(1, (y1 - y0) / kSamplesPerCell);
    for (int cx = 0; cx < kWidth; ++cx) {
      const int x0 = cx * frame.width / kWidth, x1 = std::max(x0 + 1, (cx + 1) * frame.width / kWidth),
                step_x = std::max(1, (x1 - x0) / kSamplesPerCell);
      float sum = 0;
      int count = 0;
      for (int y = y0; y < std::min(y1, frame.height); y += step_y) {
        for (int x = x0; x < std::min(x1, frame.width); x += step_x)
          sum += frame.row(y)[x * n + green], ++count;
      }
      const float value = count ? sum / static_cast<float>(count) : 0;
      out[static_cast<std::size_t>(cy * kWidth + cx)] = value;
      mean += value / (kWidth * kHeight);
    }
  }
  for (float& value : out) value -= mean;
  return out;
}

bool CutDetector::next(ImageView frame) {
  const Thumbnail now = thumbnail(frame);
  float difference = 0;
  for (std::size_t i = 0; i < now.size(); ++i)
    difference += std::abs(now[i] - last_[i]) / static_cast<float>(now.size());
  last_ = now;
  if (!started_) {
    started_ = true;
    return false;
  }
  const bool cut = difference > kCutLevels && difference > kCutTimesUsual * usual_difference_;
  if (!cut) usual_difference_ += kUsualShare * (difference - usual_difference_);
  return cut;
}

}  // namespace mien
