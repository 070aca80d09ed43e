#include "fuse/turned_mask.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kSize = 300, kNoseTip = 4, kUpperLip = 0, kCheek = 425;

struct Drawn {
  Mesh mesh;
  WarpMaps maps;
  FaceMasks masks;

  Drawn(const FaceModel& model, float yaw_deg) : mesh(make_mesh(model, 150, 150, 12, yaw_deg, 0)) {
    SourceTexture texture;
    texture.mesh = mesh;
    make_warp_maps(texture, mesh, model.triangles(), kSize, kSize, &maps);
    draw_mask_shapes(mesh, mesh, kSize, kSize, &masks);
  }
  // A little inside of the face from a point of it.
  std::size_t at(int point) const {
    const float x = mesh[point].x + 0.04f * (mesh[kCheek].x - mesh[point].x);
    return static_cast<std::size_t>(std::lround(mesh[point].y)) * kSize +
           static_cast<std::size_t>(std::lround(x));
  }
};

TEST(TurnedMask, OfAHeadInProfileNoseAndMouthBelongToTheFace) {
  const auto model = load_model();
  Drawn face(*model, -60);  // looks to the picture's left
  const Plane before = face.masks.alpha;
  for (const int point : {kNoseTip, kUpperLip}) ASSERT_LT(before.values[face.at(point)], 0.1f) << point;
  add_turned_middle(face.mesh, face.maps, &face.masks);
  for (const int point : {kNoseTip, kUpperLip})
    EXPECT_GT(face.masks.alpha.values[face.at(point)], 0.5f) << point;
  EXPECT_GT(face.masks.skin.values[face.at(kNoseTip)], 0.5f);
  for (std::size_t i = 0; i < before.size(); ++i) ASSERT_GE(face.masks.alpha.values[i], before.values[i]);
  // Beside the nose's tip there is background.
  const std::size_t beside = static_cast<std::size_t>(std::lround(face.mesh[kNoseTip].y)) * kSize +
                             static_cast<std::size_t>(std::lround(face.mesh[kNoseTip].x - 15));
  EXPECT_LT(face.masks.alpha.values[beside], 0.05f);
}

TEST(TurnedMask, OtherHeadsMasksStayAsTheyAre) {
  const auto model = load_model();
  for (const float yaw : {0.0f, 20.0f, -20.0f}) {
    Drawn face(*model, yaw);
    const FaceMasks before = face.masks;
    add_turned_middle(face.mesh, face.maps, &face.masks);
    EXPECT_EQ(face.masks.alpha.values, before.alpha.values) << yaw;
    EXPECT_EQ(face.masks.skin.values, before.skin.values) << yaw;
  }
}

// In a clip a step would be a flicker where a head's yaw trembles.
TEST(TurnedMask, ComesInAsTheHeadTurns) {
  const auto model = load_model();
  std::vector<float> last;
  for (float yaw = 24; yaw <= 45; yaw += 0.5f) {
    Drawn face(*model, yaw);
    const Plane before = face.masks.alpha;
    add_turned_middle(face.mesh, face.maps, &face.masks);
    float added = 0, whole = 0;
    for (std::size_t i = 0; i < before.size(); ++i)
      added += face.masks.alpha.values[i] - before.values[i], whole += before.values[i];
    if (!last.empty()) EXPECT_LT(added / whole - last.back(), 0.012f) << yaw;
    last.push_back(added / whole);
  }
  EXPECT_EQ(last.front(), 0);
  EXPECT_GT(last.back(), 0.03f);
}

TEST(TurnedMask, OfAMeshWithoutSizeNothingIsDrawn) {
  const auto model = load_model();
  Drawn face(*model, 0);
  const Plane before = face.masks.alpha;
  Mesh one_point;
  one_point.fill({150, 150, 0});
  add_turned_middle(one_point, face.maps, &face.masks);
  EXPECT_EQ(face.masks.alpha.values, before.values);
}

}  // namespace
}  // namespace mien
