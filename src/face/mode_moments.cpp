#include "face/mode_moments.h"

#include <algorithm>
#include <vector>

#include "core/simd_clones.h"

namespace mien {
namespace {

constexpr int kStep = 24;  // numbers done side by side: whole points and whole vectors

// sums[d * kStep + i] += the products of all numbers number i mod kStep of `mode` with those of line d.
MIEN_SIMD_CLONES
void add_products(const float* __restrict mode, const float* __restrict lines, int count,
                  float* __restrict sums) {
  float s0[kStep] = {}, s1[kStep] = {}, s2[kStep] = {};
  const float *first = lines, *second = lines + count, *third = lines + 2 * count;
  for (int i = 0; i < count; i += kStep) {
    for (int k = 0; k < kStep; ++k) s0[k] += mode[i + k] * first[i + k];
    for (int k = 0; k < kStep; ++k) s1[k] += mode[i + k] * second[i + k];
    for (int k = 0; k < kStep; ++k) s2[k] += mode[i + k] * third[i + k];
  }
  for (int k = 0; k < kStep; ++k) sums[k] = s0[k], sums[kStep + k] = s1[k], sums[2 * kStep + k] = s2[k];
}

}  // namespace

ModeMoments mode_moments(const Eigen::MatrixXf& modes, const Eigen::Matrix3Xf& points) {
  const auto used = static_cast<int>(modes.rows()), whole = used / kStep * kStep;
  // Line d: beside every coordinate k of a mode the points' coordinate (k + d) mod 3.
  thread_local std::vector<float> lines;  // scratch that keeps its memory
  lines.resize(3 * static_cast<std::size_t>(whole));
  for (int d = 0; d < 3; ++d)
    for (int i = 0; i < whole; ++i)
      lines[static_cast<std::size_t>(d) * whole + i] = points((i + d) % 3, i / 3);
  ModeMoments out = ModeMoments::Zero(9, modes.cols());
  for (Eigen::Index m = 0; m < modes.cols(); ++m) {
    float sums[3 * kStep];
    add_products(modes.col(m).data(), lines.data(), whole, sums);
    for (int d = 0; d < 3; ++d)
      for (int k = 0; k < kStep; ++k) out(3 * ((k + d) % 3) + k % 3, m) += sums[d * kStep + k];
    for (int i = whole; i < used; ++i)
      for (int j = 0; j < 3; ++j) out(3 * j + i % 3, m) += points(j, i / 3) * modes(i, m);
  }
  return out;
}

ModeMoments mode_moments_plain(const Eigen::MatrixXf& modes, const Eigen::Matrix3Xf& points) {
  ModeMoments out = ModeMoments::Zero(9, modes.cols());
  for (Eigen::Index m = 0; m < modes.cols(); ++m)
    for (Eigen::Index p = 0; p < points.cols(); ++p)
      for (int j = 0; j < 3; ++j)
        for (int k = 0; k < 3; ++k) out(3 * j + k, m) += points(j, p) * modes(3 * p + k, m);
  return out;
}

}  // namespace mien
