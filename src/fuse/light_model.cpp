#include "fuse/light_model.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace mien {
namespace {

using Numbers = Eigen::Matrix<float, kLightNumbers + 1, 1>;  // the last one is the lamp's
using Row = Eigen::Array<float, 1, Eigen::Dynamic>;
using Square = Eigen::Matrix<float, kLightNumbers + 1, kLightNumbers + 1>;

// Weights of staying near ordinary light; all samples together weigh 1. Smooth light can nearly do what a
// lamp's facing side does, not what it casts: while the lamp's share is asked for, smooth light is held back.
constexpr float kPrior = 0.01f, kPriorBesideLamp = 0.1f;
constexpr float kFree = 0.001f, kFixed = 1e4f;
constexpr int kRounds = 3;
constexpr float kFarOff = 1.5f;  // mean distances from the fit at which a sample counts half
constexpr float kDarkest = 0.1f;
constexpr float kDim = 0.25f;  // darker light is not told apart: there noise is

Numbers basis(const Normal& n, float lit) {
  Numbers out;
  out << 1, n.x, n.y, n.z, n.x * n.y, n.x * n.z, n.y * n.z, n.x * n.x - n.y * n.y, 3 * n.z * n.z - 1, lit;
  return out;
}

Numbers numbers_of(const LightModel& light) {
  Numbers out;
  std::copy_n(light.numbers.begin(), kLightNumbers, out.data());
  out[kLightNumbers] = light.lamp;
  return out;
}

// share: of the lamp, when it is known.
LightModel fit(std::span<const LightSample> samples, float prior, const float* share) {
  Eigen::Matrix<float, kLightNumbers + 1, Eigen::Dynamic> b(kLightNumbers + 1, samples.size());
  Row weights(samples.size()), values(samples.size());
  Eigen::Index count = 0;
  for (const LightSample& s : samples) {
    if (!(s.weight > 0)) continue;
    b.col(count) = basis(s.normal, s.lamp), weights[count] = s.weight, values[count] = s.luminance;
    ++count;
  }
  b.conservativeResize(Eigen::NoChange, count);
  weights.conservativeResize(count), values.conservativeResize(count);
  const float sum = (weights * values).sum();
  LightModel out{{1}, 0, 0};  // even light
  if (!(sum > 0)) return out;
  values *= weights.sum() / sum, weights /= weights.sum();
  Numbers start = numbers_of(out);
  if (share) start[kLightNumbers] = *share;
  const Row left_over = values - (start.transpose() * b).array();
  Numbers found = start;
  Row off = Row::Zero(count);  // in the first round all count
  for (int round = 0; round < kRounds; ++round) {
    const Row there = (found.transpose() * b).array().max(kDim),
              w = weights / (there.square() * (1 + off.square()));
    Square left = (b.array().rowwise() * w).matrix() * b.transpose();
    Numbers held = Numbers::Constant(prior);
    held[0] = kFree, held[kLightNumbers] = share ? kFixed : kFree;
    left.diagonal() += held;
    found = start + left.ldlt().solve(Numbers(b * (w * left_over).matrix().transpose()));
    off = values / (found.transpose() * b).array().max(kDim) - 1;
    out.misfit = (weights * off.abs()).sum();
    off /= kFarOff * out.misfit + 1e-6f;
  }
  std::copy_n(found.data(), kLightNumbers, out.numbers.begin());
  out.lamp = found[kLightNumbers];
  return out;
}

}  // namespace

float LightModel::at(const Normal& n, float lit) const {
  return std::max(numbers_of(*this).dot(basis(n, lit)), kDarkest);
}

// Printed by `training/evaluate.py light`.
LightModel ordinary_light() { return {{1.119f, 0, -0.126f, -0.309f, 0, 0, -0.547f, -0.137f, 0.321f}, 0, 0}; }

LightModel fit_light(std::span<const LightSample> samples, float lamp) { return fit(samples, kPrior, &lamp); }

LightModel fit_lamp(std::span<const LightSample> samples) { return fit(samples, kPriorBesideLamp, nullptr); }

}  // namespace mien
