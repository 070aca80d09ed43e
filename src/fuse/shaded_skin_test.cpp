#include "fuse/shaded_skin.h"

#include <gtest/gtest.h>

#include <array>

#include "fuse/testing_faces.h"

namespace mien {
namespace {

constexpr int kSize = 240, kTemple = 162;  // a point of the oval beside the left brow
using Colour = std::array<float, 3>;

// A face under hair, one of whose temples the regions call hair, too.
class ShadedSkin : public testing::Test {
 protected:
  // -> what is still called hair at that temple
  float hair_left(Colour hair_colour, Colour skin_colour, Colour temple) {
    const float y0 = mesh_[kTemple].y;
    picture_.resize(kSize, kSize);
    for (Plane* plane : {&hair_, &skin_}) plane->resize(kSize, kSize);
    for (int y = 0; y < kSize; ++y)
      for (int x = 0; x < kSize; ++x) {
        const bool on_top = static_cast<float>(y) < mesh_[10].y - 8,
                   at_temple = std::abs(static_cast<float>(x) - mesh_[kTemple].x - 4) < 10 &&
                               std::abs(static_cast<float>(y) - y0) < 14;
        const Colour& colour = on_top ? hair_colour : at_temple ? temple : skin_colour;
        const std::size_t i = static_cast<std::size_t>(y) * kSize + static_cast<std::size_t>(x);
        for (std::size_t c = 0; c < 3; ++c) picture_.channel(static_cast<int>(c))[i] = colour[c];
        hair_.values[i] = on_top || at_temple ? 1.0f : 0.0f, skin_.values[i] = 1 - hair_.values[i];
      }
    take_shaded_skin(picture_, mesh_, &hair_, &skin_);
    return at(hair_);
  }
  float at(const Plane& plane) const {
    return plane.row(static_cast<int>(mesh_[kTemple].y))[static_cast<int>(mesh_[kTemple].x) + 5];
  }

  Mesh mesh_ = testing_faces::make_mesh(*testing_faces::load_model(), 120, 120, 10, 0, 0);
  PlanarRgb picture_;
  Plane hair_, skin_;
};

constexpr Colour kGreyHair{120, 120, 122}, kBrownHair{110, 75, 50}, kFace{205, 160, 140}, kShadow{92, 66, 54},
    kGlint{190, 150, 132};

TEST_F(ShadedSkin, ATempleInShadowUnderGreyHairIsSkin) {
  EXPECT_LT(hair_left(kGreyHair, kFace, kShadow), 0.05f);
  EXPECT_GT(at(skin_), 0.95f);
  EXPECT_EQ(hair_.row(4)[kSize / 2], 1) << "hair above the face stays";
}

TEST_F(ShadedSkin, HairStaysHair) {
  EXPECT_EQ(hair_left(kGreyHair, kFace, kGreyHair), 1) << "grey";
  EXPECT_EQ(hair_left({30, 29, 30}, kFace, {32, 30, 31}), 1) << "black";
  EXPECT_EQ(hair_left(kGreyHair, kFace, kGlint), 1) << "as light as skin: no shadow";
}

TEST_F(ShadedSkin, OfBrownishHairItTakesAClearlyRedderShadow) {
  constexpr Colour kBrownish{95, 78, 68};
  EXPECT_LT(hair_left(kBrownish, kFace, {62, 41, 30}), 0.05f);
  EXPECT_EQ(hair_left(kBrownish, kFace, kBrownish), 1);
}

TEST_F(ShadedSkin, HairAsRedAsSkinTellsNothing) {
  EXPECT_EQ(hair_left(kBrownHair, kFace, kShadow), 1);
  EXPECT_EQ(hair_left({130, 130, 130}, {150, 148, 148}, {60, 59, 59}), 1) << "nor does a grey picture";
}

}  // namespace
}  // namespace mien
