#include "pipeline/periods.h"

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

}  // namespace
}  // namespace mien
