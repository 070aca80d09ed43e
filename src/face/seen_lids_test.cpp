#include "face/seen_lids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "face/lids.h"

namespace mien {
namespace {

constexpr int kSize = 200;
constexpr float kWidth = 40;  // of an eye

// Both eyes, closed but for `gap` of their width, and what gives the face a size.
Mesh eyes(float gap) {
  Mesh mesh{};
  for (std::size_t i = 0; i < mesh.size(); ++i)
    mesh[i] = {20 + static_cast<float>(i % 20) * 8, 20 + static_cast<float>(i / 20) * 6, 0};
  for (std::size_t e = 0; e < 2; ++e) {
    const float x0 = e == 0 ? 40.0f : 160.0f, side = e == 0 ? 1.0f : -1.0f;
    mesh[kLids[e].corners[0]] = {x0, 100, 0}, mesh[kLids[e].corners[1]] = {x0 + side * kWidth, 100, 0};
    for (std::size_t k = 0; k < 7; ++k) {
      const float t = (static_cast<float>(k) + 1) / 8, half = 2 * t * (1 - t) * gap * kWidth;
      mesh[kLids[e].upper[k]] = {x0 + side * t * kWidth, 100 - half, 0};
      mesh[kLids[e].lower[k]] = {x0 + side * t * kWidth, 100 + half, 0};
    }
  }
  return mesh;
}

float gap(const Mesh& mesh, std::size_t eye) {
  return (mesh[kLids[eye].lower[3]].y - mesh[kLids[eye].upper[3]].y) / kWidth;
}

// Eyeballs as high as `seen` of an eye's width, the rest skin.
RegionMap regions(float seen) {
  RegionMap map;
  map.probability.resize(kRegionClasses, kSize, kSize);
  std::fill(map.probability.values.begin(), map.probability.values.end(), 0.0f);
  for (int y = 0; y < kSize; ++y)
    for (int x = 0; x < kSize; ++x) {
      const bool eyeball = std::abs(static_cast<float>(y) - 100) < 0.5f * seen * kWidth;
      const auto kind = static_cast<int>(eyeball ? RegionClass::kEyeball : RegionClass::kSkin);
      map.probability.channel(kind)[y * kSize + x] = 1;
    }
  map.map_from_frame = {1, 0, 0, 0, 1, 0};
  return map;
}

TEST(SeenLids, AnEyeballThatIsSeenPartsTheLids) {
  Mesh mesh = eyes(0.04f);
  const float lower = mesh[kLids[0].lower[3]].y;
  open_seen_eyes(regions(0.18f), &mesh);
  for (const std::size_t eye : {0, 1}) EXPECT_NEAR(gap(mesh, eye), 0.18f, 0.03f);
  EXPECT_LT(mesh[kLids[0].lower[3]].y - lower, 2) << "the upper lid goes up";
  EXPECT_EQ(mesh[kLids[0].corners[0]].x, 40);
}

TEST(SeenLids, ClosedLidsAndOpenEyesStay) {
  for (const auto& [opening, seen] : {std::pair{0.04f, 0.0f}, {0.04f, 0.05f}, {0.3f, 0.4f}, {0.15f, 0.1f}}) {
    Mesh mesh = eyes(opening);
    open_seen_eyes(regions(seen), &mesh);
    EXPECT_FLOAT_EQ(gap(mesh, 0), gap(eyes(opening), 0)) << opening;
  }
}

TEST(SeenLids, LidsDoNotPartBeyondNarrowEyes) {
  Mesh mesh = eyes(0.02f);
  open_seen_eyes(regions(0.5f), &mesh);
  EXPECT_LT(gap(mesh, 0), 0.21f);
}

TEST(SeenLids, AMeshWithoutSizeStays) {
  Mesh none{};
  open_seen_eyes(regions(0.3f), &none);
  for (const Point3f& p : none) ASSERT_EQ(p.y, 0);
}

}  // namespace
}  // namespace mien
