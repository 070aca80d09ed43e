#include "face/detect.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mien {
namespace {

Tensor empty_map(int size) {
  Tensor map;
  map.resize(20, size, size);
  std::fill(map.values.begin(), map.values.end(), 0.0f);
  std::fill_n(map.channel(0), size * size, -10.0f);
  return map;
}

TEST(DecodeMap, ReadsBoxAndPointsInInputPixels) {
  Tensor map = empty_map(4);
  const std::size_t cell = 1 * 4 + 2;  // x = 2, y = 1
  map.channel(0)[cell] = 3.0f;
  map.channel(1)[cell] = 0.25f;           // centre x
  map.channel(3)[cell] = std::log(2.0f);  // width of two strides
  map.channel(4)[cell] = std::log(3.0f);
  map.channel(5)[cell] = -1.0f;            // first point x
  map.channel(19)[cell] = std::log(2.0f);  // the last point may be two strides off
  std::vector<Detection> found;
  decode_map(map, 8, 0.5f, &found);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NEAR(found[0].score, 1 / (1 + std::exp(-3.0f)), 1e-6f);
  EXPECT_NEAR(found[0].box.centre().x, (2 + 0.5f + 0.25f) * 8 - 0.5f, 1e-4f);
  EXPECT_NEAR(found[0].box.centre().y, (1 + 0.5f) * 8 - 0.5f, 1e-4f);
  EXPECT_NEAR(found[0].box.width(), 16, 1e-4f);
  EXPECT_NEAR(found[0].box.height(), 24, 1e-4f);
  EXPECT_NEAR(found[0].points[0].x, (2 + 0.5f - 1) * 8 - 0.5f, 1e-4f);
  EXPECT_NEAR(found[0].certainty[4], 1 / (16.0f * 16), 1e-6f);
}

TEST(DecodeMap, SkipsValuesThatAreNotFinite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (int channel = 1; channel < 20; ++channel) {
      Tensor map = empty_map(2);
      map.channel(0)[0] = 5.0f;
      map.channel(channel)[0] = bad;
      std::vector<Detection> found;
      decode_map(map, 8, 0.5f, &found);
      for (const Detection& d : found) {
        EXPECT_TRUE(std::isfinite(d.box.x0) && std::isfinite(d.box.y1));
        for (const Point2f& p : d.points) EXPECT_TRUE(std::isfinite(p.x) && std::isfinite(p.y));
      }
    }
    Tensor map = empty_map(2);
    map.channel(0)[0] = std::numeric_limits<float>::quiet_NaN();
    std::vector<Detection> found;
    decode_map(map, 8, 0.5f, &found);
    EXPECT_TRUE(found.empty());
  }
}

TEST(AverageOverlaps, WeighsTheCellsOfOneFaceByTheirScores) {
  const auto at = [](float x, float score) {
    Detection d;
    d.box = {x, 0, x + 10, 10}, d.score = score;
    d.points.fill({x + 5, 5});
    return d;
  };
  const auto kept = average_overlaps({at(0, 0.5f), at(1, 1.0f), at(40, 0.3f)}, 0.4f);
  ASSERT_EQ(kept.size(), 2u);
  const float wanted = (0.125f * 0 + 1 * 1) / 1.125f;
  EXPECT_NEAR(kept[0].box.x0, wanted, 1e-5f);
  EXPECT_NEAR(kept[0].points[3].x, wanted + 5, 1e-5f);
  EXPECT_EQ(kept[0].score, 1.0f);
  EXPECT_NEAR(kept[1].box.x0, 40, 1e-4f);
}

TEST(AverageOverlaps, ListensToTheCellThatIsSureOfAPoint) {
  Detection near, far;
  near.box = {0, 0, 10, 10}, near.score = 1, near.points.fill({4, 4}), near.certainty.fill(1);
  far = near;
  far.points.fill({6, 6}), far.certainty[2] = 9, far.certainty[3] = 0;
  const auto kept = average_overlaps({near, far}, 0.4f);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_NEAR(kept[0].points[0].x, 5, 1e-5f);
  EXPECT_NEAR(kept[0].points[2].x, 5.8f, 1e-5f);
  EXPECT_NEAR(kept[0].points[3].x, 4, 1e-5f);
}

TEST(SuppressOverlaps, KeepsTheBestOfEachCrowd) {
  const auto at = [](float x, float score) { return Detection{{x, 0, x + 10, 10}, {}, score}; };
  const auto kept = suppress_overlaps({at(0, 0.5f), at(1, 0.9f), at(30, 0.4f), at(2, 0.7f)}, 0.4f);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_FLOAT_EQ(kept[0].score, 0.9f);
  EXPECT_FLOAT_EQ(kept[1].score, 0.4f);
}

}  // namespace
}  // namespace mien
