#include "fuse/nose_contour.h"

#include <gtest/gtest.h>

#include "face/crop.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kSize = 400, kRidge = 195, kTip = 4, kFarCheek = 425, kNearCheek = 205;

// Light skin that ends in a dark far cheek `inside` pixels on the near side of the mesh's ridge, row by row.
struct Photo {
  Mesh mesh;
  Image level{kSize, kSize, PixelFormat::kRgba8};
  float width;

  Photo(float yaw_deg, float inside, int skin = 200, int far_cheek = 60)
      : mesh(make_mesh(*load_model(), 200, 200, 14, yaw_deg, 0)), width(face_width_px(mesh)) {
    for (int y = 0; y < kSize; ++y)
      for (int x = 0; x < kSize; ++x) {
        const auto v =
            static_cast<std::uint8_t>(static_cast<float>(x) < ridge_x(y) - inside ? skin : far_cheek);
        std::uint8_t* p = level.mutable_view().row(y) + 4 * x;
        p[0] = p[1] = p[2] = v, p[3] = 255;
      }
  }
  float ridge_x(int y) const {
    constexpr std::array<int, 6> kPoints = {6, 197, 195, 5, 4, 1};
    float x = mesh[kPoints[0]].x;
    for (std::size_t k = 0; k + 1 < kPoints.size(); ++k) {
      const Point3f &a = mesh[kPoints[k]], &b = mesh[kPoints[k + 1]];
      const float t = (static_cast<float>(y) - a.y) / std::max(b.y - a.y, 1e-3f);
      if (t > 0) x = a.x + std::min(t, 1.0f) * (b.x - a.x);
    }
    return x;
  }
  int light_at(const Point3f& p) const {
    return level.view().row(static_cast<int>(std::lround(p.y)))[4 * static_cast<int>(std::lround(p.x))];
  }
};

// Positive yaw: the picture's right half is turned away, so that the near side is to the left.
TEST(NoseContour, RidgeBeyondTheContourMovesOntoTheNose) {
  const Photo photo(25, 3);
  Mesh moved = photo.mesh;
  ASSERT_LT(photo.light_at(moved[kRidge]), 100);
  keep_ridge_on_nose(photo.level.view(), &moved);
  EXPECT_GT(photo.light_at(moved[kRidge]), 190);
  EXPECT_LT(std::abs(moved[kTip].x - photo.mesh[kTip].x), 0.01f * photo.width) << "a nose keeps its length";
  for (const int cheek : {kFarCheek, kNearCheek}) EXPECT_EQ(moved[cheek].x, photo.mesh[cheek].x);
}

// Between a light far cheek and the nose lies the far side in the dark: the stronger edge is the cheek's.
TEST(NoseContour, RidgeInTheDarkFarSideMovesOntoTheNoseToo) {
  Photo photo(35, 9);
  const float dark = 0.03f * photo.width;
  for (int y = 0; y < kSize; ++y)
    for (int x = 0; x < kSize; ++x) {
      const float beyond = static_cast<float>(x) - (photo.ridge_x(y) - 4);  // the contour, from the ridge
      std::uint8_t* p = photo.level.mutable_view().row(y) + 4 * x;
      p[0] = p[1] = p[2] = beyond < 0 ? 160 : beyond < dark ? 60 : 240;
    }
  Mesh moved = photo.mesh;
  ASSERT_LT(photo.light_at(moved[kRidge]), 100);
  keep_ridge_on_nose(photo.level.view(), &moved);
  EXPECT_EQ(photo.light_at(moved[kRidge]), 160);
}

TEST(NoseContour, OfAFrontalHeadOrWithoutAnEdgeNothingMoves) {
  const Photo frontal(3, 3), flat(25, 3, 120, 118);
  for (const Photo* photo : {&frontal, &flat}) {
    Mesh moved = photo->mesh;
    keep_ridge_on_nose(photo->level.view(), &moved);
    for (std::size_t i = 0; i < kSurfacePoints; ++i)
      ASSERT_TRUE(moved[i].x == photo->mesh[i].x && moved[i].y == photo->mesh[i].y) << i;
  }
}

TEST(NoseContour, OfAHeadThatIsTurnedFurtherAsWell) {
  for (const float yaw : {35.0f, 50.0f}) {
    const Photo photo(yaw, 3);
    Mesh moved = photo.mesh;
    keep_ridge_on_nose(photo.level.view(), &moved);
    EXPECT_LT(moved[kRidge].x, photo.mesh[kRidge].x - 2) << yaw;
  }
}

TEST(NoseContour, AFaceWithoutSizeStaysFinite) {
  const Image pixel(1, 1, PixelFormat::kRgba8);
  Mesh one_point;
  one_point.fill({5, 5, 0});
  for (Mesh mesh : {Mesh{}, one_point, Photo(25, 3).mesh}) {
    keep_ridge_on_nose(pixel.view(), &mesh);
    for (const Point3f& p : mesh) ASSERT_TRUE(std::isfinite(p.x) && std::isfinite(p.y));
  }
}

TEST(NoseContour, AMeshThatLiesOutsideOfThePhotoIsRead) {
  const Photo photo(25, 3);
  for (const float away : {-900.0f, 900.0f, 250.0f, 1e6f}) {
    Mesh moved = transformed(photo.mesh, {1, 0, away, 0, 1, away});
    keep_ridge_on_nose(photo.level.view(), &moved);
    EXPECT_NEAR(moved[kRidge].x, photo.mesh[kRidge].x + away, 1e-3f);
  }
}

}  // namespace
}  // namespace mien
