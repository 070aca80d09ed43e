// Numbers that go into and come out of networks.
#pragma once

#include <cstddef>
#include <vector>

namespace mien {

// A dense float tensor, channels x height x width, rows packed.
struct Tensor {
  int channels = 0, height = 0, width = 0;
  std::vector<float> values;

  void resize(int c, int h, int w) {
    channels = c, height = h, width = w;
    values.resize(static_cast<std::size_t>(c) * h * w);
  }
  float* channel(int c) { return values.data() + static_cast<std::size_t>(c) * height * width; }
  const float* channel(int c) const { return values.data() + static_cast<std::size_t>(c) * height * width; }
};

}  // namespace mien
