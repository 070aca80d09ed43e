#include "fuse/texture.h"

#include "face/crop.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

TEST(Texture, FrontalFaceUsesItsOwnPixelsEverywhere) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  const Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 1.0f);
  const SourceTexture texture = make_texture(photo.view(), mesh, model->triangles());
  EXPECT_FALSE(texture.uses_mirror);
  EXPECT_TRUE(texture.right_eye_open && texture.left_eye_open);
  // Level 0 holds the photo's own pixels.
  const int x = static_cast<int>(mesh[4].x), y = static_cast<int>(mesh[4].y);
  const float dx = texture.mesh[4].x - mesh[4].x, dy = texture.mesh[4].y - mesh[4].y;
  const std::uint8_t* p = texture.levels[0].view().row(y + static_cast<int>(std::lround(dy))) + 4 * (x + static_cast<int>(std::lround(dx)));
  for (int c = 0; c < 3; ++c) EXPECT_EQ(p[c], photo.view().row(y)[3 * x + c]);
}

TEST(Texture, TurnedFaceTakesItsFarSideFromTheNearOne) {
  const auto model = load_model();
  const Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 1.0f);
  // Positive yaw: the person looks to the picture's right, so the picture's right half is turned away.
  const SourceTexture right = make_texture(photo.view(), make_mesh(*model, 200, 210, 14, 45, 0), model->triangles());
  const SourceTexture left = make_texture(photo.view(), make_mesh(*model, 200, 210, 14, -45, 0), model->triangles());
  EXPECT_TRUE(right.uses_mirror && left.uses_mirror);
  EXPECT_LT(right.own_share[454], 0.1f);
  EXPECT_GT(right.own_share[234], 0.9f);
  EXPECT_LT(left.own_share[234], 0.1f);
  EXPECT_GT(left.own_share[454], 0.9f);
}

TEST(Texture, LargeFaceIsLimitedAndSmallOneKept) {
  const auto model = load_model();
  const Image photo = make_picture(2400, 2500, PixelFormat::kBgr8, 1, 1.0f);
  const Mesh large = make_mesh(*model, 1200, 1250, 110, 0, 0), small = make_mesh(*model, 300, 300, 5, 0, 0);
  const SourceTexture a = make_texture(photo.view(), large, model->triangles()), b = make_texture(photo.view(), small, model->triangles());
  EXPECT_NEAR(face_width_px(a.mesh), SourceTexture::kLargestFacePx, 2.0f);
  EXPECT_NEAR(face_width_px(b.mesh), face_width_px(small), 1e-3f);
}

TEST(Texture, MeshOutsideOfThePhotoStillGivesATexture) {
  const auto model = load_model();
  const Image photo = make_picture(50, 40, PixelFormat::kGray8, 1, 1.0f);
  for (const auto& [x, y] : {std::pair{-900.0f, 20.0f}, {20.0f, 5000.0f}, {25.0f, -70.0f}}) {
    const SourceTexture texture = make_texture(photo.view(), make_mesh(*model, x, y, 6, 10, 0), model->triangles());
    ASSERT_FALSE(texture.levels.empty());
    EXPECT_GE(texture.levels.back().width(), 1);
  }
}

TEST(EyeOpenings, SeparateOpenFromClosed) {
  const auto model = load_model();
  Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  EXPECT_GT(eye_openings(mesh)[0], 0.2f);
  mesh[159] = mesh[145];
  EXPECT_LT(eye_openings(mesh)[0], kClosedEyeOpening);
  EXPECT_GT(eye_openings(mesh)[1], 0.2f);
}

}  // namespace
}  // namespace mien
