#include "fuse/mouth_line.h"

#include <gtest/gtest.h>

#include "core/polygon.h"
#include "face/closed_mouth.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/outline.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kSize = 240;
constexpr Affine kSame{1, 0, 0, 0, 1, 0};

// open: between the inner lips, of the mouth's width; every point of them moves.
Mesh mouth_of(const FaceModel& model, float open) {
  Mesh mesh = make_mesh(model, 120, 120, 12, 0, 0);
  const float width = mesh[topology::kMouthCorners[1]].x - mesh[topology::kMouthCorners[0]].x;
  constexpr std::size_t kHalf = topology::kInnerLips.size() / 2;
  for (std::size_t k = 1; k < kHalf; ++k) {
    Point3f &upper = mesh[topology::kInnerLips[k]], &lower = mesh[topology::kInnerLips[2 * kHalf - k]];
    const float middle = 0.5f * (upper.y + lower.y);
    upper.y = middle - 0.5f * open * width, lower.y = middle + 0.5f * open * width;
  }
  return mesh;
}

// lips: how likely what is within their outline is lips; the rest of it is hair.
RegionMap regions_with_lips(const Mesh& mesh, float lips) {
  RegionMap map;
  Plane inside;
  inside.resize(kSize, kSize), inside.fill(0);
  fill_polygon(offset_polygon(outline(mesh, topology::kOuterLips), 2), &inside);
  map.probability.resize(kRegionClasses, kSize, kSize);
  map.map_from_frame = kSame;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    map.probability.channel(static_cast<int>(RegionClass::kLip))[i] = lips * inside.values[i];
    map.probability.channel(static_cast<int>(RegionClass::kHair))[i] = (1 - lips) * inside.values[i];
    map.probability.channel(static_cast<int>(RegionClass::kSkin))[i] = 1 - inside.values[i];
  }
  return map;
}

class MouthLineTest : public testing::Test {
 protected:
  MouthLine choose(float source, float target, float lips = 1) const {
    const Mesh mesh = mouth_of(*model_, target);
    return choose_mouth_line(mouth_of(*model_, source), mesh, regions_with_lips(mesh, lips), kSame);
  }
  std::unique_ptr<FaceModel> model_ = load_model();
};

TEST_F(MouthLineTest, IsTheClosedTargetsWhereTheSourceLaughs) {
  EXPECT_GT(choose(0.25f, 0).line, 0.9f);
  EXPECT_EQ(choose(0.25f, 0).corners, 0);
  EXPECT_EQ(choose(0.3f, 0.1f).line, 0) << "an open mouth has no line";
}

TEST_F(MouthLineTest, OfAClosedSourceTheCornersAreTheLaughingTargets) {
  EXPECT_GT(choose(0, 0.25f).corners, 0.9f);
  EXPECT_EQ(choose(0, 0.25f).line, 0);
}

TEST_F(MouthLineTest, StaysTheSourcesWhereBothAreAlikeOrABeardHidesTheTargets) {
  for (const auto& [source, target, lips] : {std::array{0.02f, 0.0f, 1.0f}, std::array{0.2f, 0.21f, 1.0f},
                                             std::array{0.25f, 0.0f, 0.3f}, std::array{0.0f, 0.25f, 0.3f}}) {
    const MouthLine how = choose(source, target, lips);
    EXPECT_TRUE(how.line == 0 && how.corners == 0) << source << ' ' << target << ' ' << lips;
  }
}

// A red fused face with white remnants between its lips, over a target whose lips have a dark line.
class PaintedMouthLine : public MouthLineTest {
 protected:
  PaintedMouthLine() : mesh_(mouth_of(*model_, 0)), y_(static_cast<int>(std::lround(mesh_[13].y))) {
    target_.resize(kSize, kSize), fused_.resize(kSize, kSize);
    masks_.alpha.resize(kSize, kSize), masks_.alpha.fill(1);
    cover_.resize(kSize, kSize), cover_.fill(0);
    for (int y = 0; y < kSize; ++y)
      for (int x = 0; x < kSize; ++x) {
        const bool line = std::abs(y - y_) < 2;
        const float lips[2][3] = {{120, 120, 120}, {180, 90, 90}}, dark = line ? 0.4f : 1;
        for (int c = 0; c < 3; ++c) {
          target_.channel(c)[y * kSize + x] = dark * lips[0][c];
          fused_.channel(c)[y * kSize + x] = line ? 160 : lips[1][c];
        }
      }
  }
  void add(float strength, MouthLine how = {1, 0}) {
    add_mouth_line(target_, cover_, {mesh_, mesh_, model_->triangles()}, how, strength, &masks_, &fused_);
  }
  float fused(int channel, int y) const { return fused_.channel(channel)[y * kSize + 120]; }
  Mesh mesh_;
  int y_;
  PlanarRgb target_, fused_;
  Plane cover_;
  FaceMasks masks_;
};

TEST_F(PaintedMouthLine, HasTheTargetsDarknessAndTheSourcesColour) {
  const PlanarRgb before = fused_;
  add(1);
  EXPECT_LT(fused(0, y_), 0.7f * fused(0, y_ + 4)) << "a line, no teeth";
  for (const int away : {4, 40})
    for (int c = 0; c < 3; ++c)
      EXPECT_NEAR(fused(c, y_ + away), before.channel(c)[(y_ + away) * kSize + 120], 8)
          << "no band beside it";
}

TEST_F(PaintedMouthLine, AtStrengthZeroNothingChanges) {
  const PlanarRgb before = fused_;
  add(0);
  for (std::size_t i = 0; i < before.values.size(); ++i)
    ASSERT_NEAR(before.values[i], fused_.values[i], 1e-3f);
  for (const float alpha : masks_.alpha.values) ASSERT_EQ(alpha, 1);
}

TEST_F(PaintedMouthLine, StopsAtAFingerInFrontOfIt) {
  for (int y = 0; y < kSize; ++y) std::fill_n(cover_.row(y) + 110, 20, 1.0f);
  const float before = fused(0, y_);
  add(1);
  EXPECT_EQ(fused(0, y_), before);
}

TEST_F(PaintedMouthLine, CornersAreTheTargetsAndTheMiddleStays) {
  const float middle = fused(0, y_);
  const auto corner = [this](int point) {
    const auto x = static_cast<int>(std::lround(mesh_[point].x)),
               y = static_cast<int>(std::lround(mesh_[point].y));
    return fused_.channel(0)[(y - 4) * kSize + x];
  };
  ASSERT_NEAR(corner(78), 180, 1);
  add(1, {0, 1});
  for (const int point : {78, 308}) EXPECT_NEAR(corner(point), 120, 25) << point;
  EXPECT_EQ(fused(0, y_), middle);
}

// Whether lips that meet cross by a tenth of a pixel must not matter.
TEST_F(PaintedMouthLine, IsTheSameWhereClosedLipsCrossALittle) {
  const PlanarRgb before = fused_;
  PlanarRgb results[2];
  for (const int k : {0, 1}) {
    fused_ = before, mesh_ = mouth_of(*model_, k == 0 ? 0.002f : -0.002f);
    add(1);
    results[k] = fused_;
  }
  for (std::size_t i = 0; i < before.values.size(); ++i)
    ASSERT_NEAR(results[0].values[i], results[1].values[i], 25) << i;
}

TEST_F(PaintedMouthLine, AMeshBesideThePictureIsRead) {
  for (const float away : {-130.0f, 1e6f}) {
    for (Point3f& p : mesh_) p.x += away;
    add(1), add(1, {0, 1});
    for (const float v : fused_.values) ASSERT_TRUE(v >= 0 && v <= 255) << away;
  }
}

}  // namespace
}  // namespace mien
