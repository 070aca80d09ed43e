#include "fuse/hair_edge.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "face/topology.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

constexpr int kSize = 160;
constexpr int kHairLine = 36, kStrandsEnd = 46;  // rows: hair above, strands of 4 px with 4 px between them

bool is_strand(int x) { return x / 4 % 2 == 0; }

struct Scene {
  Mesh mesh;
  PlanarRgb picture;
  Plane hair, skin, features;
  HairEdgeScratch scratch;

  explicit Scene(float hair_grey)
      : mesh(testing_faces::make_mesh(*testing_faces::load_model(), 80, 80, 8, 0, 0)) {
    picture.resize(kSize, kSize);
    for (Plane* plane : {&hair, &skin, &features}) plane->resize(kSize, kSize), plane->fill(0);
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        const bool dark = y < kHairLine || (y < kStrandsEnd && is_strand(x));
        const std::size_t i = static_cast<std::size_t>(y) * kSize + static_cast<std::size_t>(x);
        const float colours[3] = {200, 160, 140};
        for (int c = 0; c < 3; ++c) picture.channel(c)[i] = dark ? hair_grey : colours[c];
        // What the region network's grid says: nothing of single strands.
        hair.values[i] = y < (kHairLine + kStrandsEnd) / 2 ? 1.0f : 0.0f, skin.values[i] = 1 - hair.values[i];
      }
    }
  }
  void run() { follow_strands(picture, skin, features, mesh, &scratch, &hair); }
  float mean(int y0, int y1, bool strands) const {
    double sum = 0;
    int n = 0;
    for (int y = y0; y < y1; ++y)
      for (int x = 20; x < kSize - 20; ++x)
        if (is_strand(x) == strands) sum += hair.row(y)[x], ++n;
    return static_cast<float>(sum / n);
  }
};

TEST(HairEdge, StrandsAreHairAndTheSkinBetweenThemIsNot) {
  Scene s(40);
  s.run();
  EXPECT_GT(s.mean(kHairLine + 1, kStrandsEnd - 1, true), 0.55f);  // draw_masks() makes 0.84 of 0.6
  EXPECT_LT(s.mean(kHairLine + 1, kStrandsEnd - 1, false), 0.45f);
  EXPECT_GT(s.mean(0, kHairLine - 8, false), 0.9f);
  EXPECT_LT(s.mean(kStrandsEnd + 20, kSize, true), 0.02f);
}

TEST(HairEdge, CrowsFeetBelowHairAreNoStrands) {
  Scene s(40);
  const Point3f corner = s.mesh[topology::kRightEyeCorners[0]];
  const int x = static_cast<int>(corner.x) - 4, y = static_cast<int>(corner.y);
  for (int v = 0; v < kSize; ++v)  // hair that hangs beside the eye, and dark lines between them
    for (int u = 0; u < x; ++u) {
      const std::size_t i = static_cast<std::size_t>(v) * kSize + static_cast<std::size_t>(u);
      const bool hangs = u < x - 8, line = !hangs && (v == y - 2 || v == y + 2);
      if (!hangs && !line) continue;
      for (int c = 0; c < 3; ++c) s.picture.channel(c)[i] = 40;
      if (hangs) s.hair.values[i] = 1, s.skin.values[i] = 0;
    }
  s.run();
  EXPECT_LT(s.hair.row(y - 2)[x - 2], 0.1f);
  EXPECT_GT(s.hair.row(y)[x - 12], 0.8f);
}

TEST(HairEdge, HairOfTheSkinsColourIsLeftAsItWas) {
  Scene s(165);
  const Plane before = s.hair;
  s.run();
  EXPECT_EQ(s.hair.values, before.values);
}

TEST(HairEdge, APatternedScarfIsLeftAsItWas) {
  Scene s(40);
  for (int y = 0; y < kHairLine; ++y) {
    for (int x = 0; x < kSize; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * kSize + static_cast<std::size_t>(x);
      const bool bright = (x / 3 + y / 3) % 2 == 0;
      for (int c = 0; c < 3; ++c) s.picture.channel(c)[i] = bright ? 220 : 10;
    }
  }
  const Plane before = s.hair;
  s.run();
  EXPECT_EQ(s.hair.values, before.values);
}

TEST(HairEdge, ABrowIsNoStrandAndTheEndOfAFringeIsNoBrow) {
  Scene s(40);
  const Point3f brow = s.mesh[topology::kRightBrow[2]];
  const int x = static_cast<int>(brow.x), y = static_cast<int>(brow.y);
  ASSERT_GT(y, 3);
  for (int row : {y, 6}) {  // at the mesh's brow, and far above it
    for (int k = -2; k <= 2; ++k) {
      const std::size_t i = static_cast<std::size_t>(row) * kSize + static_cast<std::size_t>(x + k);
      for (int c = 0; c < 3; ++c) s.picture.channel(c)[i] = 40;
      s.hair.values[i] = 0, s.skin.values[i] = 0, s.features.values[i] = 1;
    }
  }
  s.run();
  EXPECT_FLOAT_EQ(s.hair.row(y)[x], 0);
  EXPECT_GT(s.hair.row(6)[x], 0.9f);
}

TEST(HairEdge, NothingOfAFaceWithoutHairChanges) {
  Scene s(40);
  s.hair.fill(0);
  s.run();
  EXPECT_EQ(*std::max_element(s.hair.values.begin(), s.hair.values.end()), 0);
}

}  // namespace
}  // namespace mien
