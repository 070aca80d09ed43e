#include "face/crop.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "face/mirror.h"

namespace mien {
namespace {

Mesh random_mesh(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> at(50, 250);
  Mesh mesh;
  for (Point3f& p : mesh) p = {at(random), at(random), at(random) / 10};
  return mesh;
}

TEST(Crop, ShowsTheSquareLevelAndCentred) {
  const LevelSquare square{{120, 80}, 60, 0.4f};
  const Affine m = crop_from_frame(square, 1.25f, 128);
  const Point2f middle = m(square.centre);
  EXPECT_NEAR(middle.x, 63.5f, 1e-3f);
  EXPECT_NEAR(middle.y, 63.5f, 1e-3f);
  // A step along the face's own horizontal is a step to the right in the crop.
  const Point2f right = m({120 + 30 * std::cos(0.4f), 80 + 30 * std::sin(0.4f)});
  EXPECT_NEAR(right.x - middle.x, 30 * 128 / 75.0f, 1e-3f);
  EXPECT_NEAR(right.y, middle.y, 1e-3f);
}

TEST(LevelSquare, TurnsAndScalesWithTheMesh) {
  const Mesh mesh = random_mesh(3);
  const LevelSquare before = level_square(mesh);
  const float angle = 0.7f, k = 1.8f;
  const Affine turn{k * std::cos(angle), -k * std::sin(angle), 40,
                    k * std::sin(angle), k * std::cos(angle),  -15};
  const LevelSquare after = level_square(transformed(mesh, turn));
  const Point2f centre = turn(before.centre);
  EXPECT_NEAR(after.centre.x, centre.x, 1e-2f);
  EXPECT_NEAR(after.centre.y, centre.y, 1e-2f);
  EXPECT_NEAR(after.side_px, before.side_px * k, 1e-2f);
  EXPECT_NEAR(std::remainder(after.roll_rad - before.roll_rad - angle, 2 * 3.14159265f), 0, 1e-4f);
}

TEST(Mirror, IsItsOwnInverse) {
  for (int i = 0; i < kMeshPoints; ++i) EXPECT_EQ(mirror_point(mirror_point(i)), i);
  for (int r = 0; r < kFaceRegions; ++r) EXPECT_EQ(mirror_region(mirror_region(r)), r);
}

}  // namespace
}  // namespace mien
