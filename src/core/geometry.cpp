#include "mien/geometry.h"

#include <cmath>

namespace mien {

float Affine::scale() const { return std::sqrt(std::abs(a * e - b * d)); }

Affine Affine::inverse() const {
  const double determinant = static_cast<double>(a) * e - static_cast<double>(b) * d;
  if (std::abs(determinant) < 1e-12) return {};
  const auto k = 1.0 / determinant;
  const auto ia = static_cast<float>(e * k), ib = static_cast<float>(-b * k);
  const auto id = static_cast<float>(-d * k), ie = static_cast<float>(a * k);
  return {ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)};
}

Affine compose(const Affine& g, const Affine& h) {
  return {g.a * h.a + g.b * h.d, g.a * h.b + g.b * h.e, g.a * h.c + g.b * h.f + g.c,
          g.d * h.a + g.e * h.d, g.d * h.b + g.e * h.e, g.d * h.c + g.e * h.f + g.f};
}

}  // namespace mien
