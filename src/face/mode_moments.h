// Products of a linear model's modes with points: all that a fit needs to know of both.
#pragma once

#include <Eigen/Core>

namespace mien {

// A column per mode. Row 3 j + k: the sum over all points of their coordinate j times the mode's coordinate
// k.
using ModeMoments = Eigen::Matrix<float, 9, Eigen::Dynamic>;

// modes: 3 * points x count, a column is x y z per point; points: as many.
ModeMoments mode_moments(const Eigen::MatrixXf& modes, const Eigen::Matrix3Xf& points);

// The same as it is written down, for tests: rounding differs.
ModeMoments mode_moments_plain(const Eigen::MatrixXf& modes, const Eigen::Matrix3Xf& points);

}  // namespace mien
