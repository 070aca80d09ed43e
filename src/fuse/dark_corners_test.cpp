#include "fuse/dark_corners.h"

#include <gtest/gtest.h>

#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/outline.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

constexpr int kSize = 240, kUpperLip = 13, kLowerLip = 14, kCorner = 308;

// A face of one colour with a black gap that goes on beyond the mesh's corner of the mouth. open: of the face's
// width.
struct Mouth {
  Mesh mesh = testing_faces::make_mesh(*testing_faces::load_model(), 120, 120, 12, 0, 0);
  Image level{kSize, kSize, PixelFormat::kRgba8};
  RegionMap regions;
  float width = face_width_px(mesh);
  int x = static_cast<int>(mesh[kCorner].x + 0.02f * width), y = static_cast<int>(mesh[kCorner].y);

  explicit Mouth(float open) {
    const float middle = 0.5f * (mesh[kUpperLip].y + mesh[kLowerLip].y);
    mesh[kUpperLip].y = middle - 0.5f * open * width, mesh[kLowerLip].y = middle + 0.5f * open * width;
    for (int v = 0; v < kSize; ++v)
      for (int u = 0; u < kSize; ++u) {
        std::uint8_t* p = level.mutable_view().row(v) + 4 * u;
        const bool gap = std::abs(v - y) < 3 && u > x - 20 && u < x + 3;
        p[0] = gap ? 20 : 200, p[1] = gap ? 12 : 140, p[2] = gap ? 12 : 130, p[3] = 255;
      }
    Plane lips;
    lips.resize(kSize, kSize), lips.fill(0);
    fill_polygon(outline(mesh, topology::kOuterLips), &lips);
    regions.probability.resize(kRegionClasses, kSize / 2, kSize / 2);
    regions.map_from_frame = {0.5f, 0, -0.25f, 0, 0.5f, -0.25f};
    for (int v = 0; v < kSize / 2; ++v)
      for (int u = 0; u < kSize / 2; ++u) {
        const float lip = lips.row(2 * v)[2 * u];
        regions.probability.channel(static_cast<int>(RegionClass::kLip))[v * (kSize / 2) + u] = lip;
        regions.probability.channel(static_cast<int>(RegionClass::kSkin))[v * (kSize / 2) + u] = 1 - lip;
      }
  }
  int red(int u) const { return level.view().row(y)[4 * u]; }
  void lighten() { lighten_dark_corners(regions, {1, 0, 0, 0, 1, 0}, mesh, &level); }
};

TEST(DarkCorners, OfAnOpenMouthGetLighter) {
  Mouth mouth(0.08f);
  mouth.lighten();
  EXPECT_GT(mouth.red(mouth.x), 80) << "no blob";
  EXPECT_LT(mouth.red(mouth.x), 170) << "but a line";
  EXPECT_EQ(mouth.red(mouth.x + 40), 200);
}

TEST(DarkCorners, AClosedMouthsLineStays) {
  Mouth mouth(0.005f);
  mouth.lighten();
  EXPECT_EQ(mouth.red(mouth.x), 20);
}

}  // namespace
}  // namespace mien
