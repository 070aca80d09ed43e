#include "track/track.h"

#include <gtest/gtest.h>

#include "track/testing_meshes.h"

namespace mien {
namespace {

using testing_meshes::make_mesh;
using testing_meshes::shifted;

Face face_at(float x, float y) {
  Face face;
  face.mesh = make_mesh(x, y, 100);
  return face;
}

TEST(Track, FadesInAndOutOverThreeFrames) {
  Track track(1, false);
  for (const float expected : {1 / 3.0f, 2 / 3.0f, 1.0f, 1.0f}) {
    track.see(face_at(50, 50), 0.04f, true);
    EXPECT_FLOAT_EQ(track.opacity(), expected);
  }
  for (const float expected : {2 / 3.0f, 1 / 3.0f, 0.0f, 0.0f}) {
    track.miss();
    EXPECT_FLOAT_EQ(track.opacity(), expected);
    EXPECT_EQ(track.gone(), expected == 0.0f);
  }
}

TEST(Track, ShowsTheFaceOfANewShotAtOnce) {
  Track track(1, true);
  track.see(face_at(50, 50), 0.04f, true);
  EXPECT_FLOAT_EQ(track.opacity(), 1);
}

TEST(Track, ComesBackAfterAFrameThatMissedIt) {
  Track track(4, true);
  track.see(face_at(50, 50), 0.04f, true);
  track.miss();
  track.see(face_at(51, 50), 0.04f, true);
  EXPECT_FLOAT_EQ(track.opacity(), 1);
  EXPECT_EQ(track.number(), 4);
}

TEST(Track, ExpectsTheFaceWhereItsMovementLeads) {
  Track track(1, true);
  const Mesh start = make_mesh(100, 100, 100);
  const LevelSquare at = level_square(start);
  for (int i = 0; i <= 3; ++i) {
    Face face;
    face.mesh = shifted(start, 5.0f * static_cast<float>(i), 0);
    track.see(face, 0.04f, true);
  }
  EXPECT_NEAR(track.expected().centre.x, at.centre.x + 20, 0.1f);
  track.miss();
  EXPECT_NEAR(track.expected().centre.x, at.centre.x + 15, 0.1f)
      << "a face that is lost is sought where it was";
}

TEST(Track, DoesNotExpectJumps) {
  Track track(1, true);
  track.see(face_at(0, 0), 0.04f, true);
  track.see(face_at(500, 0), 0.04f, true);
  EXPECT_LT(track.expected().centre.x, 560);
}

TEST(Track, AddsWhatTheSecondLookSawRelativeToTheFace) {
  Track track(1, true);
  const Mesh first = make_mesh(100, 100, 100);
  EXPECT_TRUE(track.wants_second_look());
  track.take_second_look(first, shifted(first, 2, -1), 3);
  for (const float way : {0.0f, 30.0f}) {
    ASSERT_FALSE(track.wants_second_look());
    const Mesh moved = shifted(first, way, way), both = track.without_second_look(moved);
    for (int i = 0; i < kMeshPoints; i += 7) {
      EXPECT_NEAR(both[i].x, moved[i].x + 2, 1e-3f);
      EXPECT_NEAR(both[i].y, moved[i].y - 1, 1e-3f);
    }
  }
  EXPECT_TRUE(track.wants_second_look());
}

TEST(Track, ALostFaceIsLookedAtTwiceAgain) {
  Track track(1, true);
  const Mesh first = make_mesh(100, 100, 100);
  track.take_second_look(first, first, 10);
  track.miss();
  EXPECT_TRUE(track.wants_second_look());
}

}  // namespace
}  // namespace mien
