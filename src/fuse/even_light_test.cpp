#include "fuse/even_light.h"

#include "fuse/canvas.h"
#include "fuse/testing_faces.h"
#include "fuse/texture.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kSize = 300;

Image rgba(const Image& rgb) {
  Image out(rgb.width(), rgb.height(), PixelFormat::kRgba8);
  for (int y = 0; y < rgb.height(); ++y) {
    for (int x = 0; x < rgb.width(); ++x) {
      for (int c = 0; c < 3; ++c) out.mutable_view().row(y)[4 * x + c] = rgb.view().row(y)[3 * x + c];
      out.mutable_view().row(y)[4 * x + 3] = 255;
    }
  }
  return out;
}

// Light from the side: brighter to one side of the middle, darker to the other. amount: of the logarithm at
// the cheeks.
Image lit(const Image& in, float amount) {
  Image out = in.clone();
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      const float gain = std::exp(amount * std::tanh((static_cast<float>(x) - 149.5f) / 40));
      for (int c = 0; c < 3; ++c) {
        std::uint8_t& v = out.mutable_view().row(y)[4 * x + c];
        v = static_cast<std::uint8_t>(std::min(255.0f, gain * v));
      }
    }
  }
  return out;
}

// Mean difference of two pictures around the cheeks and the forehead.
double apart(const Image& a, const Image& b) {
  double sum = 0;
  int count = 0;
  for (int y = 110; y < 200; ++y) {
    for (int x = 90; x < 210; ++x, ++count)
      sum += std::abs(a.view().row(y)[4 * x + 1] - b.view().row(y)[4 * x + 1]);
  }
  return sum / count;
}

class EvenLightTest : public testing::Test {
 protected:
  void SetUp() override {
    model_ = load_model();
    mesh_ = make_mesh(*model_, 149.5f, 150, 13, 0, 0);
    plain_ = rgba(make_picture(kSize, kSize, PixelFormat::kRgb8, 4, 0.7f));
  }
  std::unique_ptr<FaceModel> model_;
  Mesh mesh_;
  Image plain_;
};

TEST_F(EvenLightTest, LampsFromTwoSidesGiveNearlyTheSamePixels) {
  Image left = lit(plain_, -0.5f), right = lit(plain_, 0.5f);
  const double before = apart(left, right);
  const EvenLightReport a = even_light(mesh_, model_->triangles(), left.mutable_view()),
                        b = even_light(mesh_, model_->triangles(), right.mutable_view());
  EXPECT_GT(a.unevenness, 0.4f);
  EXPECT_GT(b.strength, 0.9f);
  EXPECT_LT(apart(left, right), before / 3);
}

TEST_F(EvenLightTest, OrdinaryLightStays) {
  Image picture = lit(plain_, -0.05f);  // it comes with a weak gradient to the right
  const Image before = picture.clone();
  EXPECT_EQ(even_light(mesh_, model_->triangles(), picture.mutable_view()).strength, 0);
  EXPECT_EQ(apart(picture, before), 0);
}

TEST_F(EvenLightTest, NothingHappensWhereTheFaceIsCoveredOrBeyondIt) {
  Image picture = lit(plain_, 0.5f);
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) picture.mutable_view().row(y)[4 * x + 3] = 0;
  }
  const Image before = picture.clone();
  even_light(mesh_, model_->triangles(), picture.mutable_view());
  EXPECT_EQ(apart(picture, before), 0);
}

}  // namespace
}  // namespace mien
