#include "fuse/stretch.h"

#include <array>
#include <cmath>

#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kNoseTip = 4, kRightEdge = 234, kLeftEdge = 454,  // before the ears
    kBesideRightEdge = 227;

class Stretch : public ::testing::Test {
 protected:
  SourceTexture texture_of(float yaw_deg) const {
    const Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 1.0f);
    return make_texture(photo.view(), make_mesh(*model_, 200, 210, 14, yaw_deg, 0), model_->triangles(),
                        nullptr);
  }
  SurfaceWeights on(const SourceTexture& texture, float yaw_deg) const {
    return stretched_points(texture, make_mesh(*model_, 200, 210, 14, yaw_deg, 0), model_->triangles());
  }
  std::unique_ptr<FaceModel> model_ = load_model();
};

TEST_F(Stretch, NothingIsStretchedInItsOwnPose) {
  for (const float yaw : {0.0f, 30.0f}) {
    const SurfaceWeights found = on(texture_of(yaw), yaw);
    for (int i = 0; i < kSurfacePoints; ++i) EXPECT_LT(found[i], 0.2f) << "point " << i << ", yaw " << yaw;
  }
}

// Positive yaw: the picture's left edge, the person's right one, comes to the front.
TEST_F(Stretch, TheSideOfAHeadThatTurnsAwayIs) {
  const SurfaceWeights found = on(texture_of(0), 45);
  EXPECT_GT(found[kRightEdge], 0.9f);
  EXPECT_EQ(found[kLeftEdge], 0);
  EXPECT_EQ(found[kNoseTip], 0);
}

TEST_F(Stretch, TheMirroredSideStandsInForTheOneTurnedAway) {
  const SurfaceWeights found = on(texture_of(40), 0);
  EXPECT_LT(found[kLeftEdge], 0.2f) << "seen well on the other side";
}

// The mesh nodding about its middle; a positive angle raises the chin.
Mesh nodding(Mesh mesh, float angle_deg) {
  const float c = std::cos(angle_deg * 3.14159265f / 180), s = std::sin(angle_deg * 3.14159265f / 180);
  const Point3f middle = mesh[kNoseTip];
  for (Point3f& p : mesh) {
    const float y = p.y - middle.y, z = p.z - middle.z;
    p.y = middle.y + c * y + s * z, p.z = middle.z - s * y + c * z;
  }
  return mesh;
}

// A chin that is raised shows nostrils from below, which the source's photo hardly shows: then the base of the
// nose is the target's on both sides, or on none.
TEST_F(Stretch, ANoseIsNeverHalfTheTargets) {
  const Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 1.0f);
  const Mesh level = make_mesh(*model_, 200, 210, 14, 0, 0);
  const auto nostrils = [&](float source_deg, float target_deg, float yaw_deg) {
    const Mesh turned = make_mesh(*model_, 200, 210, 14, yaw_deg, 0);
    const SourceTexture texture =
        make_texture(photo.view(), nodding(turned, source_deg), model_->triangles(), nullptr);
    const SurfaceWeights found = stretched_points(texture, nodding(level, target_deg), model_->triangles());
    return std::array{found[79], found[309]};  // right and left
  };
  for (const float share : nostrils(-15, 15, 0)) EXPECT_GT(share, 0.9f);
  for (const float share : nostrils(-6, 4, 12)) EXPECT_LT(share, 0.05f);
}

TEST_F(Stretch, TrustGoesWhereItIsAndStaysElsewhere) {
  const SourceTexture texture = texture_of(0);
  Plane scratch, trust;
  trust.resize(400, 420);
  for (const float yaw : {0.0f, 45.0f}) {
    const Mesh fused = make_mesh(*model_, 200, 210, 14, yaw, 0);
    trust.fill(1);
    distrust_stretched(texture, fused, model_->triangles(), &scratch, &trust);
    const auto at = [&](int point) {
      return trust.row(static_cast<int>(fused[point].y))[static_cast<int>(fused[point].x)];
    };
    EXPECT_GT(at(kNoseTip), 0.98f);
    if (yaw > 0) {
      EXPECT_LT(at(kBesideRightEdge), 0.7f);
    } else {
      EXPECT_GT(at(kBesideRightEdge), 0.9f);
    }
  }
}

}  // namespace
}  // namespace mien
