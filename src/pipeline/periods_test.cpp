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

TEST(DetectorPeriod, IsInFramesOfTheClipOrOfOneAt24ASecondWhateverIsSooner) {
  for (const float rate : {23.976f, 24.0f, 25.0f, 30.0f, 60.0f})
    EXPECT_EQ(detector_period_at(10, 1 / rate), 10) << rate;
  EXPECT_EQ(detector_period_at(10, 1.0f / 12), 5);
  EXPECT_EQ(detector_period_at(30, 1.0f / 12), 15);
  EXPECT_EQ(detector_period_at(10, 1), 1);
  EXPECT_EQ(detector_period_at(1, 1.0f / 12), 1);
}

}  // namespace
}  // namespace mien
