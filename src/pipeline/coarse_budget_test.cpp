#include "pipeline/coarse_budget.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

const std::vector<CoarseOption> kOptions = {
    {Mode::kFast, nullptr, 2}, {Mode::kBalanced, nullptr, 5}, {Mode::kHd, nullptr, 20}};

TEST(CoarseBudget, TakesTheBestNetworkThatFits) {
  // 20 ms have passed, 10 of them the face's; 5 more come after the network.
  EXPECT_EQ(best_within(45, 20, 10, 1, kOptions), 2u);
  EXPECT_EQ(best_within(44, 20, 10, 1, kOptions), 1u);
  EXPECT_EQ(best_within(30, 20, 10, 1, kOptions), 1u);
  EXPECT_EQ(best_within(29, 20, 10, 1, kOptions), 0u);
  EXPECT_EQ(best_within(1, 20, 10, 1, kOptions), 0u) << "none fits: the simplest";
}

TEST(CoarseBudget, CountsTheFacesThatAreStillToCome) {
  EXPECT_EQ(best_within(110, 20, 10, 3, kOptions), 1u);
  EXPECT_EQ(best_within(115, 20, 10, 3, kOptions), 2u);
  EXPECT_EQ(best_within(69, 20, 10, 3, kOptions), 0u);
}

TEST(CoarseBudget, CountsTheRefineNetworkAtTheSizeThatTheFaceGets) {
  std::vector<CoarseOption> options = kOptions;
  options.back().refine_ms = 10;
  EXPECT_EQ(best_within(55, 20, 10, 1, options), 2u);
  EXPECT_EQ(best_within(54, 20, 10, 1, options), 1u);
  EXPECT_EQ(best_within(84, 20, 10, 1, options, kRefineLargeSize), 1u) << "four times as long";
  EXPECT_EQ(best_within(85, 20, 10, 1, options, kRefineLargeSize), 2u);
  EXPECT_EQ(best_within(84, 20, 10, 1, kOptions, kRefineLargeSize), 2u) << "there is none";
}

TEST(CoarseBudget, GivesAllFacesOfAPhotoTheSame) {
  CoarseBudget budget(1e9, kOptions);
  EXPECT_EQ(budget.chosen().mode, Mode::kFast);
  budget.begin_faces(2);
  EXPECT_EQ(budget.choose().mode, Mode::kHd);
  EXPECT_EQ(budget.choose().mode, Mode::kHd);
  EXPECT_EQ(budget.chosen().mode, Mode::kHd);
  CoarseBudget spent(0, kOptions);
  spent.begin_faces(1);
  EXPECT_EQ(spent.choose().mode, Mode::kFast);
}

}  // namespace
}  // namespace mien
