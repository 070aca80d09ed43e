#include "fuse/nose_shadow.h"

#include <algorithm>
#include <cmath>

#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

class NoseShadow : public testing::Test {
 protected:
  NoseShadow() : mesh_(make_mesh(*load_model(), 70, 70, 6, 0, 0)) {
    seen_.resize(140, 140), seen_.fill(1);
    light_.resize(140, 140), light_.fill(5);
  }
  // Darkens the surface around a point.
  void shade(int point, float half_width, float half_height, float by) {
    for (int y = 0; y < 140; ++y)
      for (int x = 0; x < 140; ++x)
        if (std::abs(static_cast<float>(x) - mesh_[point].x) < half_width &&
            std::abs(static_cast<float>(y) - mesh_[point].y) < half_height)
          light_.row(y)[x] -= by;
  }
  float lift(int point) const {
    return without_nose_shadow(mesh_, light_, seen_)
        .row(static_cast<int>(mesh_[point].y))[static_cast<int>(mesh_[point].x)];
  }
  static constexpr int kPhiltrum = 164, kChinPoint = 199, kCheek = 205, kNoseTip = 4;
  Mesh mesh_;
  Plane light_, seen_;
};

TEST_F(NoseShadow, NothingChangesWithoutOne) {
  const Plane out = without_nose_shadow(mesh_, light_, seen_);
  EXPECT_EQ(*std::max_element(out.values.begin(), out.values.end()), 0);
}

TEST_F(NoseShadow, GoesFromTheLipAndNothingElseGetsLighter) {
  shade(kPhiltrum, 16, 6, 0.4f);
  EXPECT_GT(lift(kPhiltrum), 0.15f);
  EXPECT_LT(lift(kPhiltrum), 0.4f);
  for (const int point : {kChinPoint, kCheek, kNoseTip}) EXPECT_LT(lift(point), 0.01f) << point;
}

TEST_F(NoseShadow, ADarkMoustacheStays) {
  shade(kPhiltrum, 16, 6, 1.2f);
  EXPECT_EQ(lift(kPhiltrum), 0);
}

TEST_F(NoseShadow, ANarrowDarkMoustacheStays) {
  shade(kPhiltrum, 16, 2.5f, 1.6f);
  EXPECT_LT(lift(kPhiltrum), 0.02f);
}

TEST_F(NoseShadow, StubbleAndBeardsStay) {
  for (const float dark : {0.2f, 0.3f, 0.5f}) {
    light_.fill(5);
    shade(kPhiltrum, 22, 8, dark);
    const float alone = lift(kPhiltrum);
    shade(kChinPoint, 22, 16, dark);
    EXPECT_GT(alone, 0.02f) << dark;
    EXPECT_LT(lift(kPhiltrum), 0.01f) << dark;
  }
}

TEST_F(NoseShadow, NothingIsSaidWhereTheChinIsNotSeen) {
  shade(kPhiltrum, 16, 6, 0.4f);
  for (int y = static_cast<int>(mesh_[17].y); y < 140; ++y)
    for (int x = 0; x < 140; ++x) seen_.row(y)[x] = 0;
  EXPECT_EQ(lift(kPhiltrum), 0);
}

}  // namespace
}  // namespace mien
