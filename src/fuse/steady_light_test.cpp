#include "fuse/steady_light.h"

#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kWidth = 203, kHeight = 187;  // no multiples of anything

class SteadyLightTest : public testing::Test {
 protected:
  void SetUp() override {
    model_ = load_model();
    mesh_ = make_mesh(*model_, 101, 93, 9, 0, 0);
    alpha_.resize(kWidth, kHeight);
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x)
        alpha_.row(y)[x] = std::hypot((x - 101) / 50.0, (y - 93) / 60.0) < 1 ? 1.0f : 0.0f;
    }
  }

  static PlanarRgb picture(float light) {
    PlanarRgb out;
    out.resize(kWidth, kHeight);
    for (std::size_t i = 0; i < out.plane(); ++i) {
      const float texture = static_cast<float>(i % 7);
      out.channel(0)[i] = light * (180 + texture), out.channel(1)[i] = light * (140 + texture),
      out.channel(2)[i] = light * (110 + texture);
    }
    return out;
  }

  PlanarRgb steadied(float target_light, float fused_light) {
    const PlanarRgb target = picture(target_light);
    PlanarRgb fused = picture(fused_light);
    steady_light(target, alpha_, mesh_, model_->triangles(), 0.04f, &memory_, &scratch_, &fused);
    return fused;
  }

  static float middle(const PlanarRgb& p) { return p.channel(1)[static_cast<std::size_t>(93) * kWidth + 98]; }

  std::unique_ptr<FaceModel> model_;
  Mesh mesh_;
  Plane alpha_;
  LightMemory memory_;
  SteadyLightScratch scratch_;
};

TEST_F(SteadyLightTest, TheFirstFrameStaysAsItIs) {
  EXPECT_EQ(steadied(0.8f, 0.9f).values, picture(0.9f).values);
}

TEST_F(SteadyLightTest, LightThatFlickersDoesSoMuchLess) {
  float last = 0, largest_step = 0;
  for (int frame = 0; frame < 20; ++frame) {
    const float now = middle(steadied(0.9f, frame % 2 ? 0.91f : 0.89f));
    if (frame > 8) largest_step = std::max(largest_step, std::abs(now - last));
    last = now;
  }
  EXPECT_LT(largest_step, 0.02f * 140 / 4);
}

TEST_F(SteadyLightTest, TheTargetsOwnLightIsFollowedAtOnce) {
  steadied(0.6f, 0.6f);
  EXPECT_NEAR(middle(steadied(0.9f, 0.9f)), middle(picture(0.9f)), 0.6f);
}

TEST_F(SteadyLightTest, AnotherLightAltogetherIsTakenAtOnce) {
  steadied(0.9f, 0.9f);
  EXPECT_EQ(steadied(0.9f, 0.6f).values, picture(0.6f).values);
}

TEST_F(SteadyLightTest, WhereTheFaceIsNotDrawnNothingChanges) {
  steadied(0.9f, 0.9f);
  const PlanarRgb now = steadied(0.9f, 0.95f), before = picture(0.95f);
  int changed = 0;
  for (std::size_t i = 0; i < now.plane(); ++i) {
    if (alpha_.values[i] > 0) {
      changed += now.channel(0)[i] != before.channel(0)[i];
    } else {
      ASSERT_EQ(now.channel(0)[i], before.channel(0)[i]);
    }
  }
  EXPECT_GT(changed, 1000);
}

TEST_F(SteadyLightTest, AFaceThatIsNotSeenAtAllIsNoTrouble) {
  alpha_.fill(0);
  EXPECT_EQ(steadied(0.9f, 0.5f).values, picture(0.5f).values);
  EXPECT_EQ(steadied(0.9f, 0.6f).values, picture(0.6f).values);
}

}  // namespace
}  // namespace mien
