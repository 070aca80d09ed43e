#include "core/trace.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

TEST(Trace, SumsByStageInOrderOfFirstUse) {
  Trace trace;
  trace.add("warp", 5);
  trace.add("blend", 2);
  trace.add("warp", 7);
  ASSERT_EQ(trace.stages().size(), 2u);
  EXPECT_EQ(trace.stages()[0].stage, "warp");
  EXPECT_EQ(trace.stages()[0].duration_us, 12);
  EXPECT_EQ(trace.stages()[0].calls, 2);
  EXPECT_EQ(trace.stages()[1].calls, 1);
}

}  // namespace
}  // namespace mien
