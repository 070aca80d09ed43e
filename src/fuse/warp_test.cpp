#include "fuse/warp.h"

#include <gtest/gtest.h>

#include "face/crop.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kSize = 300, kRidge = 195, kFarNose = 248, kFarCheek = 454;

// A face whose left half is darker and, beside the middle, the right one's mirror image.
struct Warped {
  std::unique_ptr<FaceModel> model = load_model();
  Mesh mesh = make_mesh(*model, 150, 150, 12, 0, 0);
  SourceTexture texture;
  PlanarRgb out;

  Warped() {
    Image level(kSize, kSize, PixelFormat::kRgba8);
    for (int y = 0; y < kSize; ++y)
      for (int x = 0; x < kSize; ++x) {
        std::uint8_t* p = level.mutable_view().row(y) + 4 * x;
        p[0] = p[1] = p[2] = x > 165 ? 100 : 200, p[3] = 255;
      }
    texture.levels.push_back(std::move(level));
    texture.mesh = mesh;
    for (int i = 0; i < kSurfacePoints; ++i) texture.own_share[i] = mesh[i].x > mesh[kRidge].x + 2 ? 0 : 1;
    finish_texture(&texture);
    WarpMaps maps;
    Plane trust;
    ThreadPool pool(1);
    make_warp_maps(texture, mesh, model->triangles(), kSize, kSize, &maps);
    warp_source(texture, maps, mesh, pool, &out, &trust);
  }
  float light(int point, float dx) const {
    return out.channel(0)[static_cast<std::size_t>(std::lround(mesh[point].y)) * kSize +
                          static_cast<std::size_t>(std::lround(mesh[point].x + dx))];
  }
};

TEST(Warp, NoLevelIsCoarserThanTheCanvas) {
  Warped warped;
  for (const float smaller : {0.5f, 1.0f, 1.3f, 1.45f, 1.8f, 1.95f, 2.1f, 3.5f, 3.9f, 4.2f, 7.0f}) {
    const Mesh fused = transformed(warped.mesh, {1 / smaller, 0, 0, 0, 1 / smaller, 0});
    const float level_pixels =  // per pixel of the canvas
        smaller * level_from_base(best_level(warped.texture, fused)).a;
    EXPECT_GE(level_pixels, std::min(smaller, 1.0f)) << smaller;
    EXPECT_LT(level_pixels, 1.42f) << smaller;
  }
}

// What makes a cheek's mirror image as dark as the cheek would be a step along the ridge of the nose.
TEST(Warp, MirroredSideHasTheOwnOnesLightOnTheCheekButNotOnTheNose) {
  const Warped warped;
  EXPECT_LT(warped.light(kFarCheek, -8), 140);
  EXPECT_NEAR(warped.light(kFarNose, 0), warped.light(kRidge, 0), 12);
}

// Of a turned head own pixels beside the ridge are the nose's contour and what lies behind it: the mirrored side
// begins before the point that is given up.
TEST(Warp, BesideTheRidgeOfATurnedNoseTheMirroredSideBeginsEarly) {
  const auto model = load_model();
  constexpr int kNearNose = 3, kBetween = 6;  // tenths of the way from the ridge
  for (const float yaw : {0.0f, 45.0f}) {     // 45: the picture's right half is turned away
    SourceTexture texture;
    texture.levels.emplace_back(kSize, kSize, PixelFormat::kRgba8);
    texture.mesh = make_mesh(*model, 150, 150, 12, yaw, 0);
    const auto n_z = facing(texture.mesh, model->triangles());
    texture.own_share.fill(1);
    for (const int i : {kFarNose, 419, 281, 456, 363}) texture.own_share[i] = 0;
    finish_texture(&texture);
    const Mesh fused = make_mesh(*model, 150, 150, 12, 0, 0);
    WarpMaps maps;
    make_warp_maps(texture, fused, model->triangles(), kSize, kSize, &maps);
    const auto own_at = [&](int beside) {
      const Point3f &a = fused[kRidge], &b = fused[beside];
      const float t = 0.1f * kBetween;
      return maps.own_share.row(static_cast<int>(
          std::lround(a.y + t * (b.y - a.y))))[static_cast<std::size_t>(std::lround(a.x + t * (b.x - a.x)))];
    };
    if (yaw > 0) {
      ASSERT_GT(turned_away(n_z)[kFarNose], 0.9f);
      EXPECT_LT(own_at(kFarNose), 0.05f);
    } else {
      EXPECT_NEAR(own_at(kFarNose), 0.4f, 0.15f) << "given up for a shadow: no contour lies there";
    }
    EXPECT_EQ(own_at(kNearNose), 1);
    texture.own_share.fill(1);
    texture.own_share[kFarCheek] = 0.5f;  // so that there is a mirrored side
    finish_texture(&texture);
    make_warp_maps(texture, fused, model->triangles(), kSize, kSize, &maps);
    EXPECT_EQ(own_at(kFarNose), 1) << "another photo shows it";
  }
}

}  // namespace
}  // namespace mien
