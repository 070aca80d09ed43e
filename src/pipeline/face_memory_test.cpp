#include "pipeline/face_memory.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

TEST(PeriodWithin, IsAsAskedUnlessTheClipIsSlow) {
  EXPECT_EQ(period_within(4, 0.125f, 0.04f), 4);
  EXPECT_EQ(period_within(4, 0.125f, 1.0f / 60), 4);
  EXPECT_EQ(period_within(4, 0.125f, 1.0f / 12), 2);
  EXPECT_EQ(period_within(2, 0.05f, 0.04f), 2);
  EXPECT_EQ(period_within(2, 0.05f, 1.0f / 12), 1);
  EXPECT_EQ(period_within(1, 0, 0.04f), 1);
  EXPECT_EQ(period_within(4, 0.125f, 0), 4);
}

TEST(FaceMemories, KeepThoseThatAreThereAndForgetAnswersAlone) {
  FaceMemories memories;
  memories.of(1).answer.frames_left = 3;
  memories.of(2).light.started = true;
  std::vector<FollowedFace> faces(1);
  faces[0].number = 2;
  memories.keep(faces);
  EXPECT_TRUE(memories.of(2).light.started);
  EXPECT_EQ(memories.of(1).answer.frames_left, 0) << "a new one";
  memories.of(2).answer.frames_left = 3;
  memories.forget_answers();
  EXPECT_EQ(memories.of(2).answer.frames_left, 0);
  EXPECT_TRUE(memories.of(2).light.started);
}

}  // namespace
}  // namespace mien
