#include "fuse/target_light.h"

#include <cmath>

#include "fuse/canvas.h"
#include "fuse/light_model.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kSize = 300;
constexpr int kLeftCheek = 425, kRightCheek = 205;  // the person's

class TargetLight : public testing::Test {
 protected:
  void SetUp() override {
    model_ = load_model();
    mesh_ = make_mesh(*model_, 149.5f, 150, 13, 0, 0);
  }
  // from_left: how much more light comes from the picture's left than from the right.
  PlanarRgb lit(float from_left) const {
    const Image photo = make_portrait(*model_, mesh_, kSize, kSize, 7, [from_left](const Normal& n) {
      return ordinary_light().at(n) * (1 - from_left * n.x);
    });
    PlanarRgb out;
    read_canvas(photo.view(), {0, 0, kSize, kSize, kSize, kSize, 1}, &out);
    return out;
  }
  float at_point(const Plane& drawn, int point) const {
    return drawn.row(static_cast<int>(mesh_[point].y))[static_cast<int>(mesh_[point].x)];
  }

  std::unique_ptr<FaceModel> model_;
  Mesh mesh_;
  Plane drawn_;
};

TEST_F(TargetLight, OrdinaryLightIsNotDrawn) {
  const SurfaceWeights light = target_light(lit(0), mesh_, model_->triangles(), nullptr);
  EXPECT_FALSE(draw_target_light(light, mesh_, model_->triangles(), kSize, kSize, &drawn_));
}

TEST_F(TargetLight, ALampFromTheSideLightsItsSide) {
  for (const float from_left : {0.6f, -0.6f}) {
    const SurfaceWeights light = target_light(lit(from_left), mesh_, model_->triangles(), nullptr);
    ASSERT_TRUE(draw_target_light(light, mesh_, model_->triangles(), kSize, kSize, &drawn_));
    const float apart =
        at_point(drawn_, kRightCheek) - at_point(drawn_, kLeftCheek);  // picture's left - right
    EXPECT_GT(std::copysign(1.0f, from_left) * apart, 0.1f) << from_left;
    EXPECT_EQ(drawn_.row(5)[5], 0) << "beside the face nothing is known";
  }
}

TEST_F(TargetLight, NothingIsSaidOfAHiddenFace) {
  Plane cover;
  cover.resize(kSize, kSize), cover.fill(1);
  const SurfaceWeights light = target_light(lit(0.6f), mesh_, model_->triangles(), &cover);
  EXPECT_FALSE(draw_target_light(light, mesh_, model_->triangles(), kSize, kSize, &drawn_));
}

}  // namespace
}  // namespace mien
