#include "face/region_map.h"

#include <algorithm>

namespace mien {

void RegionMap::sample(std::initializer_list<RegionClass> classes, const Affine& frame_from_picture,
                       int width, int height, Plane* out) const {
  const int w = probability.width, h = probability.height;
  thread_local Plane sum;
  sum.resize(w, h);
  sum.fill(0);
  for (const RegionClass k : classes) {
    const float* p = probability.channel(static_cast<int>(k));
    for (std::size_t i = 0; i < sum.size(); ++i) sum.values[i] += p[i];
  }
  const Affine m = compose(map_from_frame, frame_from_picture);
  out->resize(width, height);
  for (int y = 0; y < height; ++y) {
    float* row = out->row(y);
    for (int x = 0; x < width; ++x) {
      const Point2f p = m({static_cast<float>(x), static_cast<float>(y)});
      const float px = std::clamp(p.x, 0.0f, static_cast<float>(w - 1)),
                  py = std::clamp(p.y, 0.0f, static_cast<float>(h - 1));
      const int x0 = std::min(static_cast<int>(px), w - 2), y0 = std::min(static_cast<int>(py), h - 2);
      const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
      const float *top = sum.row(y0) + x0, *bottom = sum.row(y0 + 1) + x0;
      const float a = top[0] + fx * (top[1] - top[0]), b = bottom[0] + fx * (bottom[1] - bottom[0]);
      row[x] = a + fy * (b - a);
    }
  }
}

}  // namespace mien
