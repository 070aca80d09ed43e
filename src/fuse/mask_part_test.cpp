#include "fuse/mask_part.h"

#include <gtest/gtest.h>

#include <array>

namespace mien {
namespace {

TEST(MaskPart, IsTheSmallestThatHoldsTheMask) {
  for (const auto& [width, height] : {std::array{13, 127}, {40, 9}, {16, 16}, {33, 5}}) {
    for (int x = 0; x < width; x += 3) {
      Plane mask;
      mask.resize(width, height);
      mask.fill(0);
      const int right = std::min(width - 1, x + 5);
      mask.row(1)[x] = 0.01f, mask.row(height - 2)[right] = 1;
      const MaskPart part = part_with(mask);
      EXPECT_EQ(part.x0, x);
      EXPECT_EQ(part.width, right + 1 - x);
      EXPECT_EQ(part.y0, 1);
      EXPECT_EQ(part.height, height - 2);
    }
  }
}

TEST(MaskPart, OfAnEmptyMaskIsEmpty) {
  for (const auto& [width, height] : {std::array{0, 0}, {1, 1}, {50, 3}}) {
    Plane mask;
    mask.resize(width, height);
    mask.fill(0);
    EXPECT_EQ(part_with(mask).width, 0);
  }
}

}  // namespace
}  // namespace mien
