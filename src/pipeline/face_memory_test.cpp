#include "pipeline/face_memory.h"

#include <gtest/gtest.h>

#include <array>

namespace mien {
namespace {

TEST(FaceMemories, KeepThoseThatAreThere) {
  FaceMemories memories;
  memories.of(1).light.started = memories.of(2).light.started = true;
  memories.keep(std::array{2, 3});
  EXPECT_TRUE(memories.of(2).light.started);
  EXPECT_FALSE(memories.of(1).light.started) << "a new one";
}

}  // namespace
}  // namespace mien
