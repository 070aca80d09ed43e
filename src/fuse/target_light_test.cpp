#include "fuse/target_light.h"

#include <cmath>

#include "fuse/canvas.h"
#include "fuse/light_model.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kSize = 300;
constexpr int kLeftOfNose = 420, kRightOfNose = 198;  // the person's

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
    return drawn.row(static_cast<int>(mesh_[point].y) /
                     kSurfaceStep)[static_cast<int>(mesh_[point].x) / kSurfaceStep];
  }

  std::unique_ptr<FaceModel> model_;
  Mesh mesh_;
  TargetLightScratch scratch_;
  Plane drawn_;
};

TEST_F(TargetLight, OrdinaryLightIsNotDrawn) {
  const SurfaceWeights light = target_light(lit(0), mesh_, model_->triangles(), nullptr);
  EXPECT_FALSE(draw_target_light(light, mesh_, model_->triangles(), kSize, kSize, &scratch_, &drawn_));
}

TEST_F(TargetLight, ALampFromTheSideLightsItsSideOfTheNose) {
  for (const float from_left : {0.6f, -0.6f}) {
    const SurfaceWeights light = target_light(lit(from_left), mesh_, model_->triangles(), nullptr);
    ASSERT_TRUE(draw_target_light(light, mesh_, model_->triangles(), kSize, kSize, &scratch_, &drawn_));
    const float apart =
        at_point(drawn_, kRightOfNose) - at_point(drawn_, kLeftOfNose);  // picture's left - right
    EXPECT_GT(std::copysign(1.0f, from_left) * apart, 0.1f) << from_left;
    EXPECT_EQ(drawn_.row(1)[1], 0) << "beside the face nothing is known";
  }
}

// What is smooth in the target's light is in its low frequencies already.
TEST_F(TargetLight, LowFrequenciesAreLeftOut) {
  SurfaceWeights light;
  light.fill(0.3f);
  ASSERT_TRUE(draw_target_light(light, mesh_, model_->triangles(), kSize, kSize, &scratch_, &drawn_));
  for (const float v : drawn_.values) ASSERT_NEAR(v, 0, 0.01f);
}

TEST_F(TargetLight, NothingIsSaidOfAHiddenFace) {
  Plane cover;
  cover.resize(kSize, kSize), cover.fill(1);
  const SurfaceWeights light = target_light(lit(0.6f), mesh_, model_->triangles(), &cover);
  EXPECT_FALSE(draw_target_light(light, mesh_, model_->triangles(), kSize, kSize, &scratch_, &drawn_));
}

TEST(TargetLightMemory, WhatIsShownFollowsSlowlyAndLooksAreRare) {
  TargetLightMemory memory;
  int looks = 0;
  float lamp = 0.2f;
  const auto look = [&] {
    ++looks;
    SurfaceWeights out;
    out.fill(lamp);
    return out;
  };
  EXPECT_EQ(memory.next(0.04f, look)[0], 0.2f) << "the first frame is shown as it is";
  lamp = -0.2f;
  float before = 0.2f;
  for (int frame = 1; frame < 100; ++frame) {
    const float shown = memory.next(0.04f, look)[0];
    EXPECT_LE(std::abs(shown - before), 0.04f) << frame;
    before = shown;
  }
  EXPECT_NEAR(before, -0.2f, 0.01f);
  EXPECT_LE(looks, 5) << "four seconds";
}

}  // namespace
}  // namespace mien
