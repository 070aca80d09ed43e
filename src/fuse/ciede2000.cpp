#include "fuse/ciede2000.h"

#include <cmath>

namespace mien {
namespace {

constexpr double kPi = 3.14159265358979323846;

double radians(double degrees) { return degrees * kPi / 180; }

// Hue angle in degrees, 0..360; 0 for greys.
double hue(double a, double b) {
  if (a == 0 && b == 0) return 0;
  const double h = std::atan2(b, a) * 180 / kPi;
  return h < 0 ? h + 360 : h;
}

double pow7(double x) { return x * x * x * x * x * x * x; }

// sqrt(c^7 / (c^7 + 25^7)): near 0 for greys, 1 for vivid colours.
double vividness(double chroma) { return std::sqrt(pow7(chroma) / (pow7(chroma) + pow7(25))); }

// Opposite hues differ by 180, give or take rounding.
constexpr double kOpposite = 180 + 1e-9;

double hue_step(double from, double to, bool grey) {
  if (grey) return 0;
  const double step = to - from;
  return step > kOpposite ? step - 360 : step < -kOpposite ? step + 360 : step;
}

double mean_hue(double h1, double h2, bool grey) {
  if (grey) return h1 + h2;
  if (std::abs(h1 - h2) <= kOpposite) return (h1 + h2) / 2;
  return h1 + h2 < 360 ? (h1 + h2 + 360) / 2 : (h1 + h2 - 360) / 2;
}

}  // namespace

double delta_e_2000(const Lab& first, const Lab& second) {
  const double l1 = first.l, a1 = first.a, b1 = first.b, l2 = second.l, a2 = second.a, b2 = second.b;
  const double g = 0.5 * (1 - vividness((std::hypot(a1, b1) + std::hypot(a2, b2)) / 2));
  const double c1 = std::hypot((1 + g) * a1, b1), c2 = std::hypot((1 + g) * a2, b2);
  const double h1 = hue((1 + g) * a1, b1), h2 = hue((1 + g) * a2, b2);
  const bool grey = c1 * c2 == 0;
  const double dl = l2 - l1, dc = c2 - c1,
               dh = 2 * std::sqrt(c1 * c2) * std::sin(radians(hue_step(h1, h2, grey) / 2));

  const double l = (l1 + l2) / 2, c = (c1 + c2) / 2, h = mean_hue(h1, h2, grey);
  const double t = 1 - 0.17 * std::cos(radians(h - 30)) + 0.24 * std::cos(radians(2 * h)) +
                   0.32 * std::cos(radians(3 * h + 6)) - 0.20 * std::cos(radians(4 * h - 63));
  const double s_l = 1 + 0.015 * (l - 50) * (l - 50) / std::sqrt(20 + (l - 50) * (l - 50));
  const double s_c = 1 + 0.045 * c, s_h = 1 + 0.015 * c * t;
  const double turn = 30 * std::exp(-((h - 275) / 25) * ((h - 275) / 25));
  const double r_t = -std::sin(radians(2 * turn)) * 2 * vividness(c);
  const double x = dl / s_l, y = dc / s_c, z = dh / s_h;
  return std::sqrt(x * x + y * y + z * z + r_t * y * z);
}

}  // namespace mien
