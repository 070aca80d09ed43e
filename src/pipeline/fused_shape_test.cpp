#include "pipeline/fused_shape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "face/topology.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

const std::vector<int> kNose = {4, 5, 1, 45, 275, 44, 274, 51, 281},
                       kLips = {topology::kOuterLips.begin(), topology::kOuterLips.end()},
                       kChin = {199, 200, 18, 175};

struct Faces {
  std::unique_ptr<FaceModel> model = load_model();
  Mesh target;
  FusedShape fused;

  Faces(float yaw_deg, unsigned source, unsigned seed)
      : target(make_mesh(*model, 200, 200, 14, yaw_deg, seed)) {
    const auto from = model->fit(make_mesh(*model, 200, 200, 14, 0, source)), to = model->fit(target);
    EXPECT_TRUE(from.ok() && to.ok());
    fused = fused_shape(*model, *from, *to, target, 1);
  }
  // How far the fused part ends before the target's does, towards the side that it looks to; pixels.
  float missing(const std::vector<int>& part, float side) const {
    const auto end = [&](const Mesh& mesh) {
      float most = -1e9f;
      for (const int i : part) most = std::max(most, side * mesh[i].x);
      return most;
    };
    return end(target) - end(fused.mesh);
  }
};

TEST(FusedShape, InProfileTheFaceEndsNoEarlierThanTheTarget) {
  float most = 0;
  for (const unsigned seed : {1u, 2u, 3u, 4u, 5u, 6u})
    for (const float yaw : {-55.0f, 55.0f}) {
      const float side = yaw > 0 ? 1.0f : -1.0f;
      const Faces faces(yaw, seed, seed + 10);
      for (const auto& part : {kNose, kLips, kChin}) {
        EXPECT_LT(faces.missing(part, side), 2.0f) << seed << ' ' << yaw << ' ' << part[0];
        most = std::max(most, -faces.missing(part, side));
      }
    }
  EXPECT_GT(most, 2) << "a longer nose stays the source's";
}

TEST(FusedShape, FacesThatLookAheadKeepTheSourcesShape) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    const Faces faces(10, seed, seed + 10);
    const auto from = faces.model->fit(make_mesh(*faces.model, 200, 200, 14, 0, seed)),
               to = faces.model->fit(faces.target);
    const Mesh plain = faces.model->with_identity_of(*from, *to, faces.target, {1, 1});
    for (int i = 0; i < kSurfacePoints; ++i) ASSERT_EQ(faces.fused.mesh[i].x, plain[i].x) << i;
  }
}

}  // namespace
}  // namespace mien
