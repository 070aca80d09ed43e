#include "fuse/painted_texture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "face/crop.h"
#include "face/topology.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

constexpr int kSize = 300;

// Skin with grain, and a smooth square around the eyes that was painted.
class PaintedTexture : public testing::Test {
 protected:
  void SetUp() override {
    std::mt19937 random(5);
    std::normal_distribution<float> grain(0, 5);
    for (Plane* plane : {&share_, &skin_}) plane->resize(kSize, kSize);
    skin_.fill(1), share_.fill(0);
    for (int y = 0; y < kSize; ++y)
      for (int x = 0; x < kSize; ++x) {
        const bool painted = std::abs(x - x_) < 20 && std::abs(y - y_) < 10;
        share_.row(y)[x] = painted ? 1.0f : 0.0f;
        std::uint8_t* p = level_.mutable_view().row(y) + 4 * x;
        const float light = painted ? 0 : grain(random);
        for (int c = 0; c < 3; ++c) p[c] = static_cast<std::uint8_t>(150.5f + light);
        p[3] = 255;
      }
  }
  // Standard deviation of the red light around a place.
  double grain_at(int x, int y) const {
    double sum = 0, squares = 0;
    for (int v = y - 8; v <= y + 8; ++v)
      for (int u = x - 8; u <= x + 8; ++u) {
        const double light = level_.view().row(v)[4 * u];
        sum += light, squares += light * light;
      }
    constexpr double kCount = 17.0 * 17;
    return std::sqrt(squares / kCount - sum / kCount * sum / kCount);
  }

  Mesh mesh_ = testing_faces::make_mesh(*testing_faces::load_model(), 150, 150, 12, 0, 0);
  int x_ = static_cast<int>(mesh_[topology::kLeftIris].x),
      y_ = static_cast<int>(mesh_[topology::kLeftIris].y);
  Plane share_, skin_;
  Image level_{kSize, kSize, PixelFormat::kRgba8};
};

TEST_F(PaintedTexture, IsThatOfTheSkinBelow) {
  const Image before = level_.clone();
  add_painted_texture(share_, skin_, mesh_, &level_);
  EXPECT_GT(grain_at(x_, y_), 3);
  EXPECT_LT(grain_at(x_, y_), 6);
  const int cheek = y_ + 40;
  EXPECT_EQ(std::memcmp(before.view().row(cheek), level_.view().row(cheek), 4 * kSize), 0)
      << "bare skin stays";
}

TEST_F(PaintedTexture, CopiesNoLines) {
  for (int y = y_ + 20; y < kSize; ++y)
    for (int x = x_ - 1; x <= x_ + 1; ++x)
      std::fill_n(level_.mutable_view().row(y) + 4 * x, 3, std::uint8_t{10});
  add_painted_texture(share_, skin_, mesh_, &level_);
  for (int y = y_ - 9; y <= y_ + 9; ++y) EXPECT_GT(level_.view().row(y)[4 * x_], 130) << y;
}

TEST_F(PaintedTexture, BrowsAndEyesAndHiddenSkinGiveAndTakeNone) {
  const Image before = level_.clone();
  skin_.fill(0);
  add_painted_texture(share_, skin_, mesh_, &level_);
  skin_.fill(1), share_.fill(1);
  add_painted_texture(share_, skin_, mesh_, &level_);
  for (int y = 0; y < kSize; ++y)
    EXPECT_EQ(std::memcmp(before.view().row(y), level_.view().row(y), 4 * kSize), 0) << y;
}

}  // namespace
}  // namespace mien
