#include "mien/geometry.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

TEST(Affine, ComposedWithItsInverseIsTheIdentity) {
  const Affine m{1.7f, -0.4f, 120.5f, 0.3f, 0.9f, -33.25f};
  for (const Point2f p : {Point2f{0, 0}, {640, 480}, {-12.5f, 7.25f}}) {
    const Point2f q = m.inverse()(m(p));
    EXPECT_NEAR(q.x, p.x, 1e-3f);
    EXPECT_NEAR(q.y, p.y, 1e-3f);
  }
}

TEST(Affine, ComposeAppliesTheSecondArgumentFirst) {
  const Affine shift{1, 0, 10, 0, 1, 20}, twice{2, 0, 0, 0, 2, 0};
  const Point2f p = compose(twice, shift)({1, 1});
  EXPECT_FLOAT_EQ(p.x, 22);
  EXPECT_FLOAT_EQ(p.y, 42);
}

TEST(Affine, WithoutInverseGivesTheIdentityInsteadOfInfinities) {
  const Affine flat{1, 2, 3, 2, 4, 6};
  EXPECT_FLOAT_EQ(flat.inverse().a, 1);
  EXPECT_FLOAT_EQ(flat.inverse().c, 0);
}

TEST(Affine, ScaleIsTheLengthOfAUnitVectorUnderASimilarity) {
  EXPECT_NEAR((Affine{0, -3, 5, 3, 0, 7}.scale()), 3.0f, 1e-6f);
}

}  // namespace
}  // namespace mien
