// Products of a linear model's modes, which its least squares are made of.
#pragma once

#include <Eigen/Core>
#include <array>

namespace mien {

// Of the modes' x, y and z parts X, Y, Z (points x modes): X'X, Y'Y, Z'Z, X'Y + Y'X, X'Z + Z'X, Y'Z + Z'Y.
using ModeProducts = std::array<Eigen::MatrixXf, 6>;

// modes: 3 * points x count, a column is x y z per point.
ModeProducts mode_products(const Eigen::MatrixXf& modes);

// The same as it is written down, for tests: rounding differs.
ModeProducts mode_products_plain(const Eigen::MatrixXf& modes);

}  // namespace mien
