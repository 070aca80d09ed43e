#include "mien/image.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

TEST(Image, CloneOfAStridedViewIsPackedAndEqual) {
  std::vector<std::uint8_t> buffer(5 * 20);
  for (std::size_t i = 0; i < buffer.size(); ++i) buffer[i] = static_cast<std::uint8_t>(i);
  const ImageView view{buffer.data(), 3, 5, 20, PixelFormat::kRgb8};
  const Image image = Image::copy_of(view);
  ASSERT_EQ(image.view().stride_bytes, 9);
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 9; ++x) EXPECT_EQ(image.view().row(y)[x], 20 * y + x);
  }
}

TEST(ImageView, ValidateNamesTheValueSeenAndTheValueExpected) {
  std::uint8_t pixel[16] = {};
  const Done short_stride = ImageView{pixel, 4, 1, 11, PixelFormat::kRgb8}.validate();
  ASSERT_FALSE(short_stride.ok());
  EXPECT_NE(short_stride.status().message().find("11"), std::string::npos);
  EXPECT_NE(short_stride.status().message().find("12"), std::string::npos);
  EXPECT_FALSE((ImageView{nullptr, 4, 1, 12, PixelFormat::kRgb8}.validate().ok()));
  EXPECT_FALSE((ImageView{pixel, 0, 1, 12, PixelFormat::kRgb8}.validate().ok()));
  EXPECT_FALSE((ImageView{pixel, kMaxSide + 1, 1, 1 << 20, PixelFormat::kRgb8}.validate().ok()));
  EXPECT_TRUE((ImageView{pixel, 4, 1, 12, PixelFormat::kRgb8}.validate().ok()));
}

}  // namespace
}  // namespace mien
