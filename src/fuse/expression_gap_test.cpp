#include "fuse/expression_gap.h"

#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

class ExpressionGapTest : public testing::Test {
 protected:
  void SetUp() override {
    model_ = load_model();
    const auto fit = model_->fit(make_mesh(*model_, 150, 150, 13, 0, 0));
    ASSERT_TRUE(fit.ok());
    neutral_ = *fit;
    // The mode that moves the surface most: a jaw that opens or a wide smile.
    float most = 0;
    for (int k = 0; k < model_->expression_count(); ++k) {
      ShapeFit other = neutral_;
      other.expression[k] += 1;
      const auto weights = expression_gap(*model_, other, neutral_);
      const float sum = std::accumulate(weights.begin(), weights.end(), 0.0f);
      if (sum > most) most = sum, expressive_ = other;
    }
  }

  std::unique_ptr<FaceModel> model_;
  ShapeFit neutral_, expressive_;
};

TEST_F(ExpressionGapTest, SameExpressionOfOtherPeopleIsNoGap) {
  ShapeFit other = neutral_;
  other.identity.array() += 1;
  for (const float w : expression_gap(*model_, other, neutral_)) EXPECT_EQ(w, 0);
}

TEST_F(ExpressionGapTest, AnOpenMouthIsOneBelowTheNoseAndNoneOnTheForehead) {
  const auto weights = expression_gap(*model_, expressive_, neutral_);
  EXPECT_GT(*std::max_element(weights.begin(), weights.end()), 0.8f);
  EXPECT_LT(*std::min_element(weights.begin(), weights.end()), 0.05f);
}

TEST_F(ExpressionGapTest, IsLargestAtCornersOfTheMouthThatMove) {
  const auto weights = expression_gap(*model_, expressive_, neutral_);
  const float corner = weights[61];
  ASSERT_GT(corner, 0.5f);
  EXPECT_GT(corner, 1.4f * weights[199]);  // the chin
  for (const float w : weights) EXPECT_LE(w, 2);
}

TEST_F(ExpressionGapTest, IsDrawnOnTheFaceOnly) {
  const Mesh mesh = make_mesh(*model_, 150, 150, 13, 0, 0);
  Plane plane;
  EXPECT_FALSE(draw_expression_gap({}, mesh, model_->triangles(), 301, 299, &plane));
  SurfaceWeights ones;
  ones.fill(1);
  ASSERT_TRUE(draw_expression_gap(ones, mesh, model_->triangles(), 301, 299, &plane));
  ASSERT_EQ(plane.size(), std::size_t{301} * 299);
  EXPECT_NEAR(plane.row(150)[150], 1, 1e-3f);
  EXPECT_NEAR(plane.row(2)[2], 0, 1e-3f);
}

}  // namespace
}  // namespace mien
