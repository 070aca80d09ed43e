#include "fuse/light_model.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace mien {
namespace {

using Numbers = Eigen::Matrix<float, kLightNumbers, 1>;
using Square = Eigen::Matrix<float, kLightNumbers, kLightNumbers>;

constexpr float kPrior = 0.01f;  // weight of staying near ordinary light; all samples together weigh 1
constexpr int kRounds = 3;
constexpr float kFarOff = 1.5f;  // mean distances from the fit at which a sample counts half
constexpr float kDarkest = 0.1f;

Numbers basis(const Normal& n) {
  Numbers out;
  out << 1, n.x, n.y, n.z, n.x * n.y, n.x * n.z, n.y * n.z, n.x * n.x - n.y * n.y, 3 * n.z * n.z - 1;
  return out;
}

Numbers numbers_of(const LightModel& light) { return Numbers::Map(light.numbers.data()); }

}  // namespace

float LightModel::at(const Normal& n) const { return std::max(numbers_of(*this).dot(basis(n)), kDarkest); }

// Printed by `training/evaluate.py light`.
LightModel ordinary_light() { return {{1.119f, 0, -0.126f, -0.309f, 0, 0, -0.547f, -0.137f, 0.321f}}; }

LightModel fit_light(std::span<const LightSample> samples) {
  float weights = 0, sum = 0;
  for (const LightSample& s : samples) weights += s.weight, sum += s.weight * s.luminance;
  if (!(weights > 0) || !(sum > 0)) return ordinary_light();
  const float mean = sum / weights;
  const Numbers start = numbers_of(ordinary_light());
  Numbers fit = start;
  float far_off = 1e9f;  // in the first round all count
  for (int round = 0; round < kRounds; ++round) {
    Square left = kPrior * Square::Identity();
    Numbers right = Numbers::Zero();
    for (const LightSample& s : samples) {
      if (!(s.weight > 0)) continue;
      const Numbers b = basis(s.normal);
      const float off = (s.luminance / mean - fit.dot(b)) / far_off, w = s.weight / weights / (1 + off * off);
      left += w * b * b.transpose(), right += w * (s.luminance / mean - start.dot(b)) * b;
    }
    fit = start + left.ldlt().solve(right);
    float distance = 0;
    for (const LightSample& s : samples)
      distance += s.weight / weights * std::abs(s.luminance / mean - fit.dot(basis(s.normal)));
    far_off = kFarOff * distance + 1e-6f;
  }
  LightModel out;
  std::copy_n(fit.data(), kLightNumbers, out.numbers.begin());
  return out;
}

}  // namespace mien
