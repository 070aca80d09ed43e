// Reading detections off the network's output: whatever the tensor holds (NaN, infinities, huge numbers), the
// detections are finite and sorted. The input's first bytes are the map's size and stride, the rest its
// values.
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "face/detect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  constexpr int kChannels = 20;
  mien::Tensor map;
  map.resize(kChannels, 1 + data[0] % 8, 1 + data[1] % 8);
  const float stride = static_cast<float>(1 << (data[2] % 8));
  const float min_score = static_cast<float>(data[3]) / 255.0f;
  const std::size_t count = map.values.size();
  for (std::size_t i = 0; i < count && 4 + (i + 1) * sizeof(float) <= size; ++i) {
    std::memcpy(&map.values[i], data + 4 + i * sizeof(float), sizeof(float));
  }

  std::vector<mien::Detection> found;
  mien::decode_map(map, stride, min_score, &found);
  const auto kept = mien::average_overlaps(found, 0.4f);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const mien::Box& box = kept[i].box;
    bool finite =
        std::isfinite(box.x0) && std::isfinite(box.y0) && std::isfinite(box.x1) && std::isfinite(box.y1);
    for (const mien::Point2f& point : kept[i].points)
      finite = finite && std::isfinite(point.x) && std::isfinite(point.y);
    if (!finite || !(kept[i].score >= 0 && kept[i].score <= 1)) std::abort();
    if (i > 0 && kept[i].score > kept[i - 1].score) std::abort();
  }
  return 0;
}
