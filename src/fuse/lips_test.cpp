#include "fuse/lips.h"

#include <gtest/gtest.h>

#include "fuse/colour.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

constexpr int kSize = 160;

struct Scene {
  Mesh mesh;
  FaceMasks masks;
  PlanarRgb target, picture;
};

PlanarRgb plain(float r, float g, float b) {
  PlanarRgb out;
  out.resize(kSize, kSize);
  const float colour[3] = {r, g, b};
  for (int c = 0; c < 3; ++c) std::fill_n(out.channel(c), out.plane(), colour[c]);
  return out;
}

// A reddish target, a grey fused face.
Scene make_scene() {
  const auto model = testing_faces::load_model();
  Scene s{testing_faces::make_mesh(*model, 80, 80, 6, 0, 0), {}, plain(190, 90, 90), plain(150, 140, 140)};
  s.masks.alpha.resize(kSize, kSize);
  s.masks.alpha.fill(1);
  return s;
}

std::size_t lip_pixel(const Mesh& mesh) {  // the middle of the lower lip
  const float x = (mesh[14].x + mesh[17].x) / 2, y = (mesh[14].y + mesh[17].y) / 2;
  return static_cast<std::size_t>(y) * kSize + static_cast<std::size_t>(x);
}

TEST(Lips, StayTheSourcesOnSkinLikeItsOwn) {
  Scene s = make_scene();
  const PlanarRgb before = s.picture;
  match_lips(s.target, s.mesh, s.mesh, s.masks, 4, &s.picture);
  EXPECT_EQ(s.picture.values, before.values);
}

TEST(Lips, TakeTheTargetsColourOnVeryDifferentSkinAndNothingElseChanges) {
  Scene s = make_scene();
  const std::size_t lip = lip_pixel(s.mesh), cheek = static_cast<std::size_t>(60) * kSize + 40;
  match_lips(s.target, s.mesh, s.mesh, s.masks, -40, &s.picture);
  EXPECT_GT(s.picture.channel(0)[lip] - s.picture.channel(1)[lip], 60);  // 100 in the target, 10 before
  EXPECT_EQ(s.picture.channel(0)[cheek], 150);
  EXPECT_EQ(s.picture.channel(1)[cheek], 140);
}

TEST(Lips, AreLeftAloneWhereNothingIsFusedOrTheFaceIsOutside) {
  Scene s = make_scene();
  const PlanarRgb before = s.picture;
  s.masks.alpha.fill(0);
  match_lips(s.target, s.mesh, s.mesh, s.masks, 40, &s.picture);
  EXPECT_EQ(s.picture.values, before.values);
  s.masks.alpha.fill(1);
  Mesh outside = s.mesh;
  for (Point3f& p : outside) p.x += 1000;
  match_lips(s.target, outside, outside, s.masks, 40, &s.picture);
  EXPECT_EQ(s.picture.values, before.values);
}

}  // namespace
}  // namespace mien
