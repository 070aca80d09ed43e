#include "core/luma.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

TEST(Luma, OfGreyIsItsValueAndGreenWeighsMost) {
  EXPECT_FLOAT_EQ(luma(128, 128, 128), 128);
  EXPECT_FLOAT_EQ(kLumaRed + kLumaGreen + kLumaBlue, 1);
  EXPECT_GT(luma(0, 255, 0), luma(255, 0, 0));
  EXPECT_GT(luma(255, 0, 0), luma(0, 0, 255));
  const std::uint8_t pixel[4] = {255, 0, 0, 9};
  EXPECT_FLOAT_EQ(luma(pixel), 0.299f * 255);
}

TEST(Luma, OfAPictureIsThatOfItsPixels) {
  PlanarRgb picture;
  picture.resize(37, 3);
  for (std::size_t i = 0; i < picture.plane(); ++i)
    for (int c = 0; c < 3; ++c) picture.channel(c)[i] = static_cast<float>((i * 7 + c * 50) % 256);
  Plane out;
  luma_of(picture, &out);
  ASSERT_EQ(out.width, 37);
  ASSERT_EQ(out.height, 3);
  for (std::size_t i = 0; i < out.size(); ++i)
    EXPECT_NEAR(out.values[i], luma(picture.channel(0)[i], picture.channel(1)[i], picture.channel(2)[i]),
                1e-4f);
}

}  // namespace
}  // namespace mien
