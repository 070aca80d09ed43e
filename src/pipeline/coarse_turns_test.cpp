#include "pipeline/coarse_turns.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace mien {
namespace {

// 'a': asked, 'k': asked and kept, '.': the last answer serves.
std::string turns_of(CoarseTurns& turns, int number, int period, int frames) {
  std::string out;
  for (int i = 0; i < frames; ++i) {
    const CoarseTurn turn = turns.next(number, period);
    out += turn.keep ? 'k' : turn.ask ? 'a' : '.';
  }
  return out;
}

TEST(CoarseTurns, TheFirstAnswerServesForFewerFrames) {
  CoarseTurns turns;
  EXPECT_EQ(turns_of(turns, 1, 4, 10), "k..k...k..");
  EXPECT_EQ(turns_of(turns, 2, 2, 6), "ak.k.k");
  EXPECT_EQ(turns_of(turns, 3, 1, 3), "aaa");
}

TEST(CoarseTurns, AreDueWhenSomeFaceIsAskedAboutNext) {
  CoarseTurns turns;
  EXPECT_FALSE(turns.is_due()) << "nobody is there";
  for (int frame = 0; frame < 2; ++frame) {
    turns.next(1, 4);
    EXPECT_FALSE(turns.is_due()) << "frame " << frame;
  }
  turns.next(1, 4);
  EXPECT_TRUE(turns.is_due());
  turns.next(1, 4), turns.next(2, 1);
  EXPECT_TRUE(turns.is_due()) << "a face that is asked about in every frame";
  turns.keep(std::array{1});
  EXPECT_FALSE(turns.is_due());
}

TEST(CoarseTurns, AskAnewWhenAnswersAreForgotten) {
  CoarseTurns turns;
  turns_of(turns, 1, 4, 3);
  turns.forget_answers();
  EXPECT_TRUE(turns.is_due());
  EXPECT_EQ(turns_of(turns, 1, 4, 8), "k..k...k");
}

TEST(CoarseTurns, AnAnswerOfBeforeNeverServesAfterFramesThatAsk) {
  CoarseTurns turns;
  turns_of(turns, 1, 4, 3);
  EXPECT_EQ(turns_of(turns, 1, 1, 2), "aa");
  EXPECT_TRUE(turns.next(1, 4).ask);
}

}  // namespace
}  // namespace mien
