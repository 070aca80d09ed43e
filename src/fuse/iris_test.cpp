#include "fuse/iris.h"

#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kSize = 420;
constexpr LinearRgb kBrown{0.08f, 0.035f, 0.015f}, kBlue{0.12f, 0.16f, 0.2f}, kWhite{0.6f, 0.58f, 0.55f};

// Eyes alone: whites, irises of a colour, black pupils.
class Iris : public testing::Test {
 protected:
  Iris() : model_(load_model()), mesh_(make_mesh(*model_, 210, 210, 20, 0, 0)) {
    for (const topology::Index iris : {topology::kRightIris, topology::kLeftIris})
      for (int k = 1; k <= 4; ++k)
        mesh_[iris + k] = {mesh_[iris].x + (k % 2 ? 9.0f : 0.0f), mesh_[iris].y + (k % 2 ? 0.0f : 9.0f), 0};
    texture_.mesh = mesh_;
    texture_.levels.push_back(draw(kBrown));
    const Image blue = draw(kBlue);
    target_.resize(kSize, kSize);
    for (int i = 0; i < kSize * kSize; ++i)
      for (int c = 0; c < 3; ++c) target_.channel(c)[i] = blue.view().data[4 * i + c];
    for (Plane* mask : {&masks_.right_eye, &masks_.left_eye}) mask->resize(kSize, kSize), mask->fill(1);
    masks_.alpha.resize(kSize, kSize), masks_.alpha.fill(1);
  }

  Image draw(const LinearRgb& iris) const {
    Image out(kSize, kSize, PixelFormat::kRgba8);
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        const float away =
            std::min(distance(x, y, topology::kRightIris), distance(x, y, topology::kLeftIris));
        const LinearRgb c = away < 3 ? LinearRgb{0, 0, 0} : away < 9 ? iris : kWhite;
        const float rgb[3] = {srgb_from_linear(c.r), srgb_from_linear(c.g), srgb_from_linear(c.b)};
        for (int k = 0; k < 3; ++k)
          out.mutable_view().row(y)[4 * x + k] = static_cast<std::uint8_t>(rgb[k] + 0.5f);
        out.mutable_view().row(y)[4 * x + 3] = 255;
      }
    }
    return out;
  }
  float distance(int x, int y, topology::Index iris) const {
    return std::hypot(static_cast<float>(x) - mesh_[iris].x, static_cast<float>(y) - mesh_[iris].y);
  }
  Lab at(topology::Index iris, int dx) const {
    const int x = static_cast<int>(mesh_[iris].x) + dx, y = static_cast<int>(mesh_[iris].y);
    const std::size_t i = static_cast<std::size_t>(y) * kSize + x;
    return lab_from_linear({linear_from_srgb(target_.channel(0)[i]), linear_from_srgb(target_.channel(1)[i]),
                            linear_from_srgb(target_.channel(2)[i])});
  }

  std::unique_ptr<FaceModel> model_;
  Mesh mesh_;
  SourceTexture texture_;
  PlanarRgb target_;
  FaceMasks masks_;
  RelightReport light_ = {1, 1, 0, {true, 1, 0, 0, 80}, 38};  // both pictures have the same light
};

TEST_F(Iris, OfTheTargetsEyesGetTheSourcesColour) {
  const Lab brown = lab_from_linear(kBrown), white = at(topology::kLeftIris, 14);
  const IrisShift shift = measure_irises(texture_, target_, mesh_, {}, masks_, light_);
  ASSERT_TRUE(shift.known);
  tint_irises(shift, mesh_, masks_, {}, 1, &target_);
  for (const topology::Index iris : {topology::kRightIris, topology::kLeftIris}) {
    EXPECT_NEAR(at(iris, 6).a, brown.a, 4);
    EXPECT_NEAR(at(iris, 6).b, brown.b, 8);
    EXPECT_GT(at(iris, 6).b, 0);
    EXPECT_LT(at(iris, 0).l, 3);
    EXPECT_LT(std::hypot(at(iris, 0).a, at(iris, 0).b), 5) << "pupils stay black";
  }
  EXPECT_EQ(at(topology::kLeftIris, 14).b, white.b);
}

TEST_F(Iris, EyesThatAreTheSourcesStay) {
  const IrisShift shift = measure_irises(texture_, target_, mesh_, {true, false}, masks_, light_);
  ASSERT_TRUE(shift.known);
  const Lab before = at(topology::kRightIris, 6);
  tint_irises(shift, mesh_, masks_, {true, false}, 1, &target_);
  EXPECT_EQ(at(topology::kRightIris, 6).b, before.b);
  EXPECT_GT(at(topology::kLeftIris, 6).b, 0);
  EXPECT_FALSE(measure_irises(texture_, target_, mesh_, {true, true}, masks_, light_).known);
}

TEST_F(Iris, NothingIsKnownOfEyesThatAreNotSeen) {
  texture_.right_eye_open = texture_.left_eye_open = false;  // dark lenses
  EXPECT_FALSE(measure_irises(texture_, target_, mesh_, {}, masks_, light_).known);
  texture_.left_eye_open = true;
  EXPECT_FALSE(measure_irises(texture_, target_, mesh_, {}, masks_, light_).known) << "one of two";
  texture_.right_eye_open = true;
  EXPECT_TRUE(measure_irises(texture_, target_, mesh_, {}, masks_, light_).known);
  Mesh asleep = mesh_;
  for (const auto& [upper, lower] : {std::pair{159, 145}, {386, 374}}) asleep[upper] = asleep[lower];
  EXPECT_FALSE(measure_irises(texture_, target_, asleep, {}, masks_, light_).known);
  Mesh gone = mesh_;
  for (Point3f& p : gone) p.x += 2 * kSize;
  EXPECT_FALSE(measure_irises(texture_, target_, gone, {}, masks_, light_).known);
}

TEST_F(Iris, WhatCoversAnEyeIsNoIris) {
  for (int y = 0; y < kSize; ++y)  // a hand before the right eye
    for (int x = 0; x < kSize / 2; ++x)
      masks_.right_eye.row(y)[x] = masks_.left_eye.row(y)[x] = 0, target_.channel(0)[y * kSize + x] = 200;
  const IrisShift one = measure_irises(texture_, target_, mesh_, {}, masks_, light_);
  ASSERT_TRUE(one.known);
  masks_.right_eye.fill(0), masks_.left_eye.fill(0);
  EXPECT_FALSE(measure_irises(texture_, target_, mesh_, {}, masks_, light_).known);
  const Lab before = at(topology::kLeftIris, 6);
  tint_irises(one, mesh_, masks_, {}, 1, &target_);
  EXPECT_EQ(at(topology::kLeftIris, 6).b, before.b) << "beyond the masks";
}

TEST_F(Iris, PicturesWithoutColourGetNone) {
  light_.chroma = 2;
  const IrisShift shift = measure_irises(texture_, target_, mesh_, {}, masks_, light_);
  ASSERT_TRUE(shift.known);
  EXPECT_EQ(shift.a, 0);
  EXPECT_EQ(shift.b, 0);
  EXPECT_LT(shift.gain, 1) << "still darker";
}

TEST_F(Iris, HalfTheStrengthIsHalfTheShift) {
  const IrisShift shift = measure_irises(texture_, target_, mesh_, {}, masks_, light_);
  ASSERT_TRUE(shift.known);
  const float before = at(topology::kLeftIris, 6).b;
  masks_.alpha.fill(0.75f);  // as add_target_mouth() leaves it at 0.5
  tint_irises(shift, mesh_, masks_, {}, 0.5f, &target_);
  const float shown = 0.75f * (at(topology::kLeftIris, 6).b - before);
  EXPECT_NEAR(shown, 0.5f * shift.b, 1.5f);
}

TEST_F(Iris, PupilsStayBlackOnLighterIrises) {
  IrisShift lighter = measure_irises(texture_, target_, mesh_, {}, masks_, light_);
  ASSERT_TRUE(lighter.known);
  lighter.gain = 1.2f;
  tint_irises(lighter, mesh_, masks_, {}, 1, &target_);
  EXPECT_LT(at(topology::kRightIris, 0).l, 1);
}

}  // namespace
}  // namespace mien
