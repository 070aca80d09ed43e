#include "fuse/grey_moustache.h"

#include <cmath>

#include "face/crop.h"
#include "face/topology.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kSize = 300, kUpperLip = 164, kCheek = 205;

class GreyMoustache : public testing::Test {
 protected:
  // Skin of one colour with a moustache of another, or a beard. -> what is left of the skin at a point of the
  // mesh
  float left_at(int point, std::array<float, 3> skin_colour, std::array<float, 3> moustache,
                bool full_beard = false) {
    const Plane skin = bare_skin(skin_colour, moustache, full_beard);
    return skin.row(static_cast<int>(mesh_[point].y))[static_cast<int>(mesh_[point].x)];
  }
  Plane bare_skin(std::array<float, 3> skin_colour, std::array<float, 3> moustache, bool full_beard) {
    PlanarRgb target;
    target.resize(kSize, kSize);
    const Point3f& lip = mesh_[kUpperLip];
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        const float dx = static_cast<float>(x) - lip.x, dy = static_cast<float>(y) - lip.y;
        const bool hair = full_beard ? dy > -8 : std::abs(dx) < 25 && std::abs(dy) < 8;
        for (int c = 0; c < 3; ++c)
          target.channel(c)[static_cast<std::size_t>(y) * kSize + x] = hair ? moustache[c] : skin_colour[c];
      }
    }
    Plane skin;
    skin.resize(kSize, kSize);
    skin.fill(1);
    sure_ = take_out_grey_moustache(target, mesh_, &skin);
    return skin;
  }

  float sure_ = -1;  // how sure it was that there is one
  std::unique_ptr<FaceModel> model_ = load_model();
  Mesh mesh_ = make_mesh(*model_, 149.5f, 150, 13, 0, 0);
};

TEST_F(GreyMoustache, OnSkinIsTakenOutWhiteOrDark) {
  EXPECT_LT(left_at(kUpperLip, {200, 150, 125}, {220, 218, 215}), 0.1f);
  EXPECT_LT(left_at(kUpperLip, {200, 150, 125}, {90, 85, 82}), 0.1f);
  EXPECT_EQ(left_at(kCheek, {200, 150, 125}, {220, 218, 215}), 1);
}

TEST_F(GreyMoustache, OfSkinItsShadowsAndABrownOneStay) {
  EXPECT_EQ(left_at(kUpperLip, {200, 150, 125}, {100, 70, 55}), 1) << "a shadow";
  EXPECT_EQ(left_at(kUpperLip, {200, 150, 125}, {120, 85, 60}), 1) << "brown";
}

TEST_F(GreyMoustache, OfAFullBeardStays) {
  EXPECT_EQ(left_at(kUpperLip, {200, 150, 125}, {220, 218, 215}, true), 1);
}

TEST_F(GreyMoustache, NothingIsTakenFromAGreyPicture) {
  EXPECT_EQ(left_at(kUpperLip, {150, 150, 150}, {220, 220, 220}), 1);
  EXPECT_EQ(left_at(kUpperLip, {152, 150, 150}, {220, 220, 220}), 1);
}

TEST_F(GreyMoustache, HidesAClosedMouthButNotAnOpenOne) {
  bare_skin({200, 150, 125}, {220, 218, 215}, false);
  EXPECT_GT(sure_, 0.5f) << "it covers half of what lies between nose and mouth";
  Mesh mouth = mesh_;
  mouth[topology::kLowerInnerLip] = mouth[topology::kUpperInnerLip];
  EXPECT_FLOAT_EQ(bare_mouth(mouth, sure_), 1 - sure_);
  mouth[topology::kLowerInnerLip].y += 15;
  EXPECT_EQ(bare_mouth(mouth, sure_), 1);
  // In streams closed lips stand apart by a tenth of the mouth's width.
  const Point3f &right = mouth[topology::kMouthCorners[0]], &left = mouth[topology::kMouthCorners[1]];
  mouth[topology::kLowerInnerLip] = mouth[topology::kUpperInnerLip];
  mouth[topology::kLowerInnerLip].y += 0.1f * std::hypot(left.x - right.x, left.y - right.y);
  EXPECT_FLOAT_EQ(bare_mouth(mouth, sure_, /*lips_are_closed=*/false), 1 - sure_);
  bare_skin({200, 150, 125}, {100, 70, 55}, false);
  EXPECT_EQ(sure_, 0) << "a shadow";
  bare_skin({200, 150, 125}, {220, 218, 215}, true);
  EXPECT_EQ(sure_, 0) << "a full beard, which stays";
}

}  // namespace
}  // namespace mien
