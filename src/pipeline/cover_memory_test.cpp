#include "pipeline/cover_memory.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

Plane ramp(int width, int height) {
  Plane out;
  out.resize(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) out.row(y)[x] = static_cast<float>(x) / static_cast<float>(width);
  return out;
}

RegionMap regions_at(int look, float shift_px) {
  RegionMap out;
  out.look = look, out.map_from_frame = {0.5f, 0, -10 - 0.5f * shift_px, 0, 0.5f, -10};
  return out;
}

TEST(CoverMemory, HeldCoverMovesAlongWithTheFace) {
  const Plane cover = ramp(20, 10), skin = ramp(20, 10);
  CoverMemory memory;
  memory.take(regions_at(3, 0), {1, 0, -100, 0, 1, -50}, cover, skin);
  const RegionMap now = regions_at(3, 4);  // the face went 4 pixels to the right, and so did its canvas
  ASSERT_TRUE(memory.serves(now));
  Plane cover_now, skin_now;
  memory.sample(now, Affine{1, 0, -104, 0, 1, -50}.inverse(), 20, 10, &cover_now, &skin_now);
  for (std::size_t i = 0; i < cover.size(); ++i) {
    EXPECT_NEAR(cover_now.values[i], cover.values[i], 2.1e-3f);  // half of 1/255
    EXPECT_NEAR(skin_now.values[i], skin.values[i], 2.1e-3f);
  }
}

TEST(CoverMemory, AMoustacheDoesNotComeAndGo) {
  CoverMemory memory;
  memory.see_moustache(0.9f);
  EXPECT_FLOAT_EQ(memory.moustache, 0.9f) << "the first look counts whole";
  memory.see_moustache(0);
  EXPECT_GT(memory.moustache, 0.5f);
  for (int look = 0; look < 12; ++look) memory.see_moustache(0);
  EXPECT_LT(memory.moustache, 0.01f);
}

TEST(CoverMemory, AnotherLookOrAPhotoIsSeenAnew) {
  CoverMemory memory;
  EXPECT_FALSE(memory.serves(regions_at(0, 0)));
  EXPECT_FALSE(memory.serves(regions_at(1, 0)));
  memory.take(regions_at(1, 0), {}, ramp(4, 4), ramp(4, 4));
  EXPECT_TRUE(memory.serves(regions_at(1, 2)));
  EXPECT_FALSE(memory.serves(regions_at(2, 0)));
}

}  // namespace
}  // namespace mien
