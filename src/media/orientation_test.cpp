#include "media/orientation.h"

#include <gtest/gtest.h>

#include <array>

#include "media/test_pictures.h"

namespace mien {
namespace {

enum class Edge { kTop, kBottom, kLeft, kRight };

// The EXIF standard's own words: which edge of the picture the first stored row and the first stored column
// are.
constexpr std::array<std::pair<Edge, Edge>, 9> kFirstRowAndColumn{{{Edge::kTop, Edge::kLeft},
                                                                   {Edge::kTop, Edge::kLeft},
                                                                   {Edge::kTop, Edge::kRight},
                                                                   {Edge::kBottom, Edge::kRight},
                                                                   {Edge::kBottom, Edge::kLeft},
                                                                   {Edge::kLeft, Edge::kTop},
                                                                   {Edge::kRight, Edge::kTop},
                                                                   {Edge::kRight, Edge::kBottom},
                                                                   {Edge::kLeft, Edge::kBottom}}};

// Moves from an edge inwards.
void place(Edge edge, int steps, int width, int height, int& x, int& y) {
  if (edge == Edge::kTop) y = steps;
  if (edge == Edge::kBottom) y = height - 1 - steps;
  if (edge == Edge::kLeft) x = steps;
  if (edge == Edge::kRight) x = width - 1 - steps;
}

class OrientationTest : public ::testing::TestWithParam<PixelFormat> {};

TEST_P(OrientationTest, PutsEveryPixelWhereTheStandardSaysOnAwkwardSizes) {
  const int channels = channel_count(GetParam());
  for (const auto& [stored_width, stored_height] : {std::pair{1, 1}, {13, 127}, {64, 33}, {1, 9}}) {
    const Image stored = testing::test_image(stored_width, stored_height, GetParam());
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const Image upright = turn_upright(stored.clone(), orientation);
      const bool swapped = orientation >= 5;
      ASSERT_EQ(upright.width(), swapped ? stored_height : stored_width);
      ASSERT_EQ(upright.height(), swapped ? stored_width : stored_height);
      const auto [row_edge, column_edge] = kFirstRowAndColumn[static_cast<std::size_t>(orientation)];
      for (int r = 0; r < stored_height; ++r) {
        for (int c = 0; c < stored_width; ++c) {
          int x = -1, y = -1;
          place(row_edge, r, upright.width(), upright.height(), x, y);
          place(column_edge, c, upright.width(), upright.height(), x, y);
          const std::uint8_t* expected = stored.view().row(r) + c * channels;
          const std::uint8_t* actual = upright.view().row(y) + x * channels;
          ASSERT_TRUE(std::equal(expected, expected + channels, actual))
              << orientation << " at " << c << ", " << r;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, OrientationTest,
                         ::testing::Values(PixelFormat::kGray8, PixelFormat::kRgb8, PixelFormat::kRgba8));

TEST(Orientation, LeavesThePictureWhenTheNumberIsNotOneToEight) {
  const Image image = testing::test_image(5, 3);
  for (const int nonsense : {-1, 0, 9, 1000}) {
    EXPECT_EQ(testing::largest_difference(turn_upright(image.clone(), nonsense).view(), image.view()), 0);
  }
}

}  // namespace
}  // namespace mien
