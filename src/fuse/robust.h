// Sizes that single far-off values do not move.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace mien {

// 1.48 times the median magnitude: the standard deviation, where the values are normal with mean 0. 0 for
// none. Changes the values' order and signs.
inline float robust_deviation(std::vector<float>* values) {
  if (values->empty()) return 0;
  for (float& v : *values) v = std::abs(v);
  const auto middle = values->begin() + static_cast<std::ptrdiff_t>(values->size() / 2);
  std::nth_element(values->begin(), middle, values->end());
  return 1.4826f * *middle;
}

}  // namespace mien
