#include "fuse/even_light.h"

#include <array>

#include "core/luma.h"
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
  template <class Light>
  Image painted(Light&& light) {
    return rgba(make_portrait(*model_, mesh_, kSize, kSize, 7, light));
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
  constexpr int kLeftCheek = 425, kRightCheek = 205;
  EXPECT_GT(a.lift[kLeftCheek], 0.3f);  // `left` is dark where x is large: on the person's left
  EXPECT_LT(a.lift[kRightCheek], -0.15f);
  EXPECT_GT(b.lift[kRightCheek], 0.3f);
  EXPECT_LT(apart(left, right), before / 3);
}

// Half of the way for both would be seen as a shadow on both halves, where the mirrored lit one is used.
TEST_F(EvenLightTest, ADeepShadowOnOneHalfOfTheMouthLeavesTheOtherHalfLight) {
  constexpr int kLitLip = 391, kShadedLip = 165;
  std::array<float, 2> lit_lip{}, shaded_lip{};
  for (const bool shaded : {false, true}) {
    Image picture = lit(plain_, 0.15f);
    const Point3f& centre = mesh_[kShadedLip];
    for (int y = 0; y < kSize && shaded; ++y)
      for (int x = 0; x < kSize; ++x)
        if (std::hypot(static_cast<float>(x) - centre.x, static_cast<float>(y) - centre.y) < 34)
          for (int c = 0; c < 3; ++c) picture.mutable_view().row(y)[4 * x + c] /= 3;
    const EvenLightReport report = even_light(mesh_, model_->triangles(), picture.mutable_view());
    lit_lip[shaded] = report.lift[kLitLip], shaded_lip[shaded] = report.lift[kShadedLip];
  }
  EXPECT_GT(shaded_lip[1], shaded_lip[0] + 0.2f);
  EXPECT_GT(lit_lip[1], lit_lip[0] - 0.15f);
}

// The forehead goes on above the mesh: a correction that ended with it would draw its outline there.
TEST_F(EvenLightTest, TheCorrectionGoesOnBeyondTheMesh) {
  Image picture = lit(plain_, 0.5f);
  const Image before = picture.clone();
  even_light(mesh_, model_->triangles(), picture.mutable_view());
  const auto gain = [&](float x, float y) {  // of a few pixels around: the picture has grain
    double was = 0, is = 0;
    for (int v = -2; v <= 2; ++v) {
      for (int u = -2; u <= 2; ++u) {
        const auto px = std::lround(x) + u, py = std::lround(y) + v;
        was += luma(before.view().row(static_cast<int>(py)) + 4 * px);
        is += luma(picture.view().row(static_cast<int>(py)) + 4 * px);
      }
    }
    return std::log(is / was);
  };
  double most = 0;
  for (const int i : {54, 103, 67, 109, 10, 338, 297, 332, 284}) {  // the outline over the forehead
    const Point3f& p = mesh_[i];
    most = std::max(most, std::abs(gain(p.x, p.y + 9)));
    EXPECT_NEAR(gain(p.x, p.y - 9), gain(p.x, p.y + 9), 0.08) << i;
    for (float up = 16; up < 40 && p.y - up > 3; up += 4)  // nowhere an edge
      EXPECT_NEAR(gain(p.x, p.y - up), gain(p.x, p.y - up + 7), 0.1) << i << ", " << up;
  }
  EXPECT_GT(most, 0.2) << "nothing was evened out";
}

// Drawn light keeps the ratios of colours; on most photos shadows are as colourful as what is lit.
TEST_F(EvenLightTest, ColoursFollowTheLightAsTheyDoInThePhoto) {
  const auto colour = [](const Image& of, int x) {  // red over green light beside the nose
    double sum = 0;
    for (int y = 150; y < 180; ++y) sum += of.view().row(y)[4 * x] - of.view().row(y)[4 * x + 1];
    return sum / 30;
  };
  constexpr int kShade = 105, kLit = 195;
  for (const bool keeps_colour : {false, true}) {
    Image picture = lit(plain_, 0.5f);
    for (int y = 0; keeps_colour && y < kSize; ++y)
      for (int x = 0; x < kSize; ++x) {
        std::uint8_t* p = picture.mutable_view().row(y) + 4 * x;
        const std::uint8_t* own = plain_.view().row(y) + 4 * x;
        const double change = luma(p) - luma(own);
        for (int c = 0; c < 3; ++c) p[c] = static_cast<std::uint8_t>(std::clamp(own[c] + change, 0.0, 255.0));
      }
    const Image before = picture.clone();
    even_light(mesh_, model_->triangles(), picture.mutable_view());
    const double gain =
        luma(picture.view().row(165) + 4 * kShade) / luma(before.view().row(165) + 4 * kShade);
    EXPECT_GT(gain, 1.2);
    EXPECT_LT(luma(picture.view().row(165) + 4 * kLit), 0.9 * luma(before.view().row(165) + 4 * kLit));
    const double shade = colour(picture, kShade) / colour(before, kShade),
                 bright = colour(picture, kLit) / colour(before, kLit);
    EXPECT_NEAR(shade, keeps_colour ? 1 : gain, 0.2) << keeps_colour;
    if (keeps_colour)
      EXPECT_GT(bright, 0.85);
    else
      EXPECT_LT(bright, 0.9);
  }
}

TEST_F(EvenLightTest, OrdinaryLightStays) {
  Image picture = painted([](const Normal& n) { return ordinary_light().at(n); });
  const Image before = picture.clone();
  const EvenLightReport report = even_light(mesh_, model_->triangles(), picture.mutable_view());
  EXPECT_EQ(report.strength, 0) << report.unevenness << ", " << report.from_ordinary;
  EXPECT_EQ(apart(picture, before), 0);
}

// Mirror symmetry does not see these: a lamp above and one below.
TEST_F(EvenLightTest, LampsAboveAndBelowComeNearer) {
  const auto lamp = [&](float y) {
    return painted(
        [y](const Normal& n) { return 0.4f + 1.2f * std::max(0.0f, 0.8f * y * n.y + 0.6f * n.z); });
  };
  Image above = lamp(-1), below = lamp(1);
  const double before = apart(above, below);
  EXPECT_GT(before, 15);
  EXPECT_GT(even_light(mesh_, model_->triangles(), above.mutable_view()).strength, 0.9f);
  EXPECT_GT(even_light(mesh_, model_->triangles(), below.mutable_view()).from_ordinary, 0.1f);
  EXPECT_LT(apart(above, below), 0.45 * before);
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
