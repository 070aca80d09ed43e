#include "fuse/eye_shade.h"

#include <gtest/gtest.h>

#include "core/polygon.h"
#include "face/topology.h"
#include "fuse/outline.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

constexpr int kSize = 240;

// Skin of one grey, eyes of another.
float shade(std::uint8_t skin, std::uint8_t eyes, float scale = 10) {
  const Mesh mesh = testing_faces::make_mesh(*testing_faces::load_model(), 120, 120, scale, 0, 0);
  Plane inside;
  inside.resize(kSize, kSize), inside.fill(0);
  fill_polygon(outline(mesh, topology::kRightEye), &inside);
  fill_polygon(outline(mesh, topology::kLeftEye), &inside);
  Image level(kSize, kSize, PixelFormat::kRgba8);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    std::uint8_t* p = level.mutable_view().data + 4 * i;
    p[0] = p[1] = p[2] = inside.values[i] > 0.5f ? eyes : skin, p[3] = 255;
  }
  return eye_shade(level, mesh);
}

TEST(EyeShade, EyesAsLightAsTheSkinHaveOne) { EXPECT_NEAR(shade(150, 150), 1, 0.01f); }

TEST(EyeShade, EyesInTheDarkAreToldFromEyesInShade) {
  EXPECT_LT(shade(160, 70), kDarkEyes);
  EXPECT_GT(shade(160, 110), kDarkEyes);
}

TEST(EyeShade, OfAFaceOutsideOfThePhotoNothingIsSaid) {
  const Mesh mesh = testing_faces::make_mesh(*testing_faces::load_model(), -900, -900, 10, 0, 0);
  EXPECT_EQ(eye_shade(Image(64, 64, PixelFormat::kRgba8), mesh), 1);
}

TEST(EyeShade, OfEyesThatAreTooSmallNothingIsSaid) { EXPECT_EQ(shade(160, 70, 0.3f), 1); }

}  // namespace
}  // namespace mien
