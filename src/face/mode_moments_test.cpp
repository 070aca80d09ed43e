#include "face/mode_moments.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

TEST(ModeMoments, AreThoseOfThePlainFormAtAnySize) {
  for (const auto& [points, count] : {std::pair{1, 1}, {7, 3}, {8, 2}, {13, 16}, {468, 155}}) {
    const Eigen::MatrixXf modes = Eigen::MatrixXf::Random(3 * points, count);
    const Eigen::Matrix3Xf mesh = Eigen::Matrix3Xf::Random(3, points);
    const ModeMoments fast = mode_moments(modes, mesh), plain = mode_moments_plain(modes, mesh);
    ASSERT_EQ(fast.cols(), count);
    EXPECT_LT((fast - plain).cwiseAbs().maxCoeff(), 1e-5f * static_cast<float>(points))
        << points << " points, " << count << " modes";
  }
}

TEST(ModeMoments, OfNoModesAreEmpty) {
  EXPECT_EQ(mode_moments(Eigen::MatrixXf(9, 0), Eigen::Matrix3Xf::Zero(3, 3)).cols(), 0);
}

}  // namespace
}  // namespace mien
