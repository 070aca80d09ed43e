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

// The value below which `share` (0..1) of them lie; there is at least one. Changes their order.
inline float percentile(float share, std::vector<float>* values) {
  const auto at =
      values->begin() + static_cast<std::ptrdiff_t>(share * static_cast<float>(values->size() - 1));
  std::nth_element(values->begin(), at, values->end());
  return *at;
}

}  // namespace mien
