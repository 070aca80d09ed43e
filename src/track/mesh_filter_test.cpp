#include "track/mesh_filter.h"

#include <gtest/gtest.h>

#include "face/topology.h"
#include "track/testing_meshes.h"

namespace mien {
namespace {

using testing_meshes::make_mesh;
using testing_meshes::shifted;
using testing_meshes::with_noise;

constexpr float kFrame = 0.04f;  // 25 frames a second
constexpr float kFacePx = 200;

// Root mean square of the steps from frame to frame, in pixels.
class Jitter {
 public:
  void add(const Mesh& mesh) {
    if (count_++ > 0) {
      for (int i = 0; i < kMeshPoints; ++i)
        sum_ += std::pow(mesh[i].x - last_[i].x, 2) + std::pow(mesh[i].y - last_[i].y, 2);
    }
    last_ = mesh;
  }
  double rms() const { return std::sqrt(sum_ / ((count_ - 1) * kMeshPoints)); }

 private:
  Mesh last_{};
  double sum_ = 0;
  int count_ = 0;
};

double mean_x(const Mesh& mesh) {
  double x = 0;
  for (const Point3f& p : mesh) x += p.x / kMeshPoints;
  return x;
}

TEST(MeshFilter, LeavesTheFirstMeshAndAStillOneAlone) {
  const Mesh mesh = make_mesh(300, 200, kFacePx);
  MeshFilter filter;
  for (int frame = 0; frame < 5; ++frame) {
    const Mesh out = filter.next(mesh, kFrame);
    for (int i = 0; i < kMeshPoints; ++i) {
      EXPECT_NEAR(out[i].x, mesh[i].x, 1e-2f);
      EXPECT_NEAR(out[i].y, mesh[i].y, 1e-2f);
      EXPECT_NEAR(out[i].z, mesh[i].z, 1e-2f);
    }
  }
}

TEST(MeshFilter, TakesTwoThirdsOrMoreOfTheJitterAway) {
  const Mesh still = make_mesh(300, 200, kFacePx);
  for (const float noise_px : {0.1f, 0.3f, 0.5f}) {
    std::mt19937 random(1);
    MeshFilter filter;
    Jitter before, after;
    for (int frame = 0; frame < 120; ++frame) {
      const Mesh mesh = with_noise(still, noise_px, noise_px, random);
      const Mesh out = filter.next(mesh, kFrame);
      if (frame < 10) continue;
      before.add(mesh), after.add(out);
    }
    EXPECT_LT(after.rms(), before.rms() / 3) << noise_px << " px";
    EXPECT_GT(after.rms(), 0) << "the filter does not stand still for ever";
  }
}

TEST(MeshFilter, LagsAMovingFaceByLessThanAFrame) {
  for (const float step_px : {0.8f, 4.0f, 20.0f}) {  // 0.1, 0.5 and 2.5 face sizes a second
    std::mt19937 random(2);
    MeshFilter filter;
    const Mesh start = make_mesh(300, 200, kFacePx);
    double worst = 0;
    for (int frame = 0; frame < 60; ++frame) {
      const float moved = step_px * static_cast<float>(std::max(0, frame - 10));
      const Mesh out = filter.next(with_noise(shifted(start, moved, 0), 0.2f, 0.2f, random), kFrame);
      const double lag = (mean_x(start) + moved - mean_x(out)) / step_px;
      if (frame > 15) worst = std::max(worst, lag);
    }
    EXPECT_LT(worst, 1.0) << step_px << " px a frame";
  }
}

TEST(MeshFilter, LetsABlinkThroughWithinAFrame) {
  MeshFilter filter;
  Mesh mesh = make_mesh(300, 200, kFacePx);
  for (int frame = 0; frame < 20; ++frame) filter.next(mesh, kFrame);
  const float open = mesh[topology::kRightUpperLid].y, closed = open + 0.06f * kFacePx;
  float lid = 0;
  for (int frame = 1; frame <= 3; ++frame) {  // closes over three frames
    mesh[topology::kRightUpperLid].y = open + (closed - open) * static_cast<float>(frame) / 3;
    lid = filter.next(mesh, kFrame)[topology::kRightUpperLid].y;
  }
  EXPECT_GT(lid, open + (closed - open) * 2 / 3);
}

TEST(MeshFilter, FollowsRollAndSize) {
  MeshFilter filter;
  const Mesh start = make_mesh(0, 0, kFacePx);
  Mesh turned, out;
  for (int frame = 0; frame < 40; ++frame) {
    const float roll = 0.02f * static_cast<float>(frame), k = 1 + 0.01f * static_cast<float>(frame),
                c = k * std::cos(roll), s = k * std::sin(roll);
    for (int i = 0; i < kMeshPoints; ++i)
      turned[i] = {c * start[i].x - s * start[i].y, s * start[i].x + c * start[i].y, k * start[i].z};
    out = filter.next(turned, kFrame);
  }
  for (int i = 0; i < kMeshPoints; ++i) {
    EXPECT_NEAR(out[i].x, turned[i].x, 0.01f * kFacePx);
    EXPECT_NEAR(out[i].y, turned[i].y, 0.01f * kFacePx);
  }
}

}  // namespace
}  // namespace mien
