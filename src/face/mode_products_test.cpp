#include "face/mode_products.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

TEST(ModeProducts, AreThoseOfThePlainFormAtAnySize) {
  for (const auto& [points, count] : {std::pair{1, 1}, {7, 3}, {13, 16}, {5, 17}, {468, 155}}) {
    const Eigen::MatrixXf modes = Eigen::MatrixXf::Random(3 * points, count);
    const ModeProducts fast = mode_products(modes), plain = mode_products_plain(modes);
    for (std::size_t k = 0; k < plain.size(); ++k) {
      ASSERT_EQ(fast[k].rows(), count);
      EXPECT_LT((fast[k] - plain[k]).cwiseAbs().maxCoeff(), 1e-4f * static_cast<float>(points))
          << "product " << k << " of " << points << " points, " << count << " modes";
    }
  }
}

TEST(ModeProducts, OfNoModesAreEmpty) {
  for (const Eigen::MatrixXf& product : mode_products(Eigen::MatrixXf(9, 0))) EXPECT_EQ(product.size(), 0);
}

}  // namespace
}  // namespace mien
