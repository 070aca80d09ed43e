#include "fuse/forehead.h"

#include <cmath>

#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

TEST(Forehead, HeightIsMeasuredAlongAFaceThatIsTilted) {
  const auto model = load_model();
  const Mesh upright = make_mesh(*model, 200, 210, 14, 0, 0);
  for (const float roll : {0.0f, 0.5f}) {
    const float c = std::cos(roll), s = std::sin(roll);
    const Mesh mesh = transformed(upright, {c, -s, 0, s, c, 0});
    const FaceHeight height(mesh);
    const auto at = [&](int i) { return height.at(mesh[i].x, mesh[i].y); };
    EXPECT_NEAR(at(topology::kBridge), 0, 1e-4f);
    EXPECT_NEAR(at(topology::kForeheadTop), 1, 1e-4f);
    EXPECT_LT(at(topology::kChin), -1);
  }
}

TEST(Forehead, ItsShadingIsTheTargetsAndThatOfFeaturesTheSources) {
  const auto model = load_model();
  const SurfaceWeights share = forehead_share(*model);
  constexpr int kRightTemple = 54, kLeftTemple = 284, kRightCheek = 205, kRightJaw = 172;
  EXPECT_GT(share[topology::kForeheadTop], 0.6f);
  EXPECT_GT(share[kRightTemple], 0.6f);
  EXPECT_NEAR(share[kRightTemple], share[kLeftTemple], 0.05f);
  for (const int i :
       {static_cast<int>(topology::kNoseTip), static_cast<int>(topology::kChin), kRightCheek, kRightJaw})
    EXPECT_EQ(share[static_cast<std::size_t>(i)], 0) << i;
  for (const auto& part : {std::span<const topology::Index>(topology::kRightEye),
                           std::span<const topology::Index>(topology::kLeftBrow)})
    for (const topology::Index i : part) EXPECT_LT(share[static_cast<std::size_t>(i)], 0.1f) << i;
}

TEST(Forehead, TheOutlineGoesRoundTheMeshAndFarAboveIt) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  Plane inside;
  inside.resize(400, 420), inside.fill(0);
  fill_polygon(outline_with_forehead(mesh), &inside);
  for (const topology::Index i : topology::kOval)
    EXPECT_EQ(inside.row(static_cast<int>(mesh[i].y))[static_cast<int>(mesh[i].x)], 1) << i;
  const Point3f &top = mesh[topology::kForeheadTop], &bridge = mesh[topology::kBridge];
  EXPECT_EQ(inside.row(static_cast<int>(top.y + 0.7f * (top.y - bridge.y)))[static_cast<int>(top.x)], 1);
}

}  // namespace
}  // namespace mien
