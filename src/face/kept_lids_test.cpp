#include "face/kept_lids.h"

#include <gtest/gtest.h>

#include <cmath>

#include "face/topology.h"

namespace mien {
namespace {

using namespace topology;

constexpr std::array<Index, 7> kUpper = {246, 161, 160, 159, 158, 157, 173},
                               kLower = {7, 163, 144, 145, 153, 154, 155};

// A right eye of the given width and opening (of its width), its corners at (x, 100); everything else at 0.
Mesh eye(float x, float width, float opening) {
  Mesh mesh{};
  mesh[kRightEyeCorners[0]] = {x, 100, 0}, mesh[kRightEyeCorners[1]] = {x + width, 100, 0};
  for (std::size_t k = 0; k < kUpper.size(); ++k) {
    const float t = (static_cast<float>(k) + 1) / 8, half = 2 * t * (1 - t) * opening * width;
    mesh[kUpper[k]] = {x + t * width, 100 - half, 0}, mesh[kLower[k]] = {x + t * width, 100 + half, 0};
  }
  return mesh;
}

float opening(const Mesh& mesh) {
  return (mesh[kRightLowerLid].y - mesh[kRightUpperLid].y) /
         (mesh[kRightEyeCorners[1]].x - mesh[kRightEyeCorners[0]].x);
}

TEST(KeptLids, ABlinkIsTheTargets) {
  for (const float closed : {0.0f, 0.03f, 0.1f}) {
    Mesh fused = eye(50, 40, 0.35f);
    const float lower = fused[kRightLowerLid].y;
    keep_lids(eye(200, 60, closed), &fused);
    EXPECT_NEAR(opening(fused), closed, 1e-4f);
    EXPECT_LT(lower - fused[kRightLowerLid].y, 2) << "the upper lid comes down";
  }
}

TEST(KeptLids, TheShapeOfEyesIsTheSources) {
  for (const float target : {0.27f, 0.3f, 0.4f}) {
    const Mesh before = eye(50, 40, 0.28f);
    Mesh fused = before;
    keep_lids(eye(200, 60, target), &fused);
    EXPECT_EQ(fused[kRightUpperLid].y, before[kRightUpperLid].y) << target;
  }
}

TEST(KeptLids, BetweenBothNothingJumps) {
  float last = 0;
  for (int i = 0; i <= 100; ++i) {
    Mesh fused = eye(50, 40, 0.3f);
    keep_lids(eye(200, 60, 0.003f * static_cast<float>(i)), &fused);
    if (i > 0) EXPECT_LT(std::abs(opening(fused) - last), 0.012f) << i;
    last = opening(fused);
  }
}

TEST(KeptLids, AnEyeWithoutSizeStaysFinite) {
  for (Mesh fused : {Mesh{}, eye(50, 40, 0), eye(50, 0, 0)}) {
    keep_lids(Mesh{}, &fused);
    for (const Point3f& p : fused)
      ASSERT_TRUE(std::isfinite(p.x) && std::isfinite(p.y) && std::isfinite(p.z));
  }
}

}  // namespace
}  // namespace mien
