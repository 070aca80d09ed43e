#include "media/visible_mark.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "media/stroke_font.h"
#include "media/test_pictures.h"

namespace mien {
namespace {

using testing::filled_image;

struct Size {
  int width, height;
};

// Where the letters are fully drawn, seen on black.
std::vector<bool> letter_pixels(int width, int height) {
  Image image = filled_image(width, height, PixelFormat::kGray8, 0);
  draw_visible_mark(image.mutable_view());
  std::vector<bool> letters;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) letters.push_back(image.view().row(y)[x] > 200);
  }
  return letters;
}

// Rows from the first to the last that hold letters.
int letter_height(int width, int height) {
  const std::vector<bool> letters = letter_pixels(width, height);
  int first = height, last = -1;
  for (int i = 0; i < width * height; ++i) {
    if (!letters[static_cast<std::size_t>(i)]) continue;
    first = std::min(first, i / width);
    last = i / width;
  }
  return last < first ? 0 : last - first + 1;
}

TEST(VisibleMark, HasLettersOfAtLeast5PercentOfTheShortSide) {
  for (const Size size : {Size{80, 80},
                          {120, 90},
                          {256, 256},
                          {640, 480},
                          {480, 640},
                          {1280, 720},
                          {3000, 400},
                          {400, 3000},
                          {2000, 1500}}) {
    const int short_side = std::min(size.width, size.height);
    const int height = letter_height(size.width, size.height);
    EXPECT_GE(height, std::ceil(0.05 * short_side)) << size.width << " x " << size.height;
    EXPECT_LE(height, std::max(10.0, 0.062 * short_side)) << size.width << " x " << size.height;
  }
}

TEST(VisibleMark, FitsIntoPicturesTooSmallForItAndIsLeftOutOfTinyOnes) {
  for (const Size size : {Size{40, 40}, {60, 30}, {30, 500}}) {
    Image image = filled_image(size.width, size.height, PixelFormat::kRgb8, 90);
    const PixelRect rect = draw_visible_mark(image.mutable_view());
    EXPECT_FALSE(rect.empty());
    EXPECT_GE(rect.width(), size.width * 3 / 4);  // as large as the width allows
    EXPECT_GE(letter_height(size.width, size.height), 0.05 * std::min(size.width, size.height));
  }
  for (const Size size : {Size{1, 1}, {2, 500}, {500, 2}, {20, 20}, {3, 3}}) {
    const Image before = filled_image(size.width, size.height, PixelFormat::kRgb8, 90);
    Image image = before.clone();
    EXPECT_TRUE(draw_visible_mark(image.mutable_view()).empty());
    EXPECT_EQ(testing::largest_difference(image.view(), before.view()), 0);
  }
}

TEST(VisibleMark, StandsInTheLowerRightCorner) {
  Image image = filled_image(640, 480, PixelFormat::kRgb8, 128);
  const PixelRect rect = draw_visible_mark(image.mutable_view());
  EXPECT_GT(rect.x0, 640 / 2);
  EXPECT_GT(rect.y0, 480 * 4 / 5);
  EXPECT_LT(rect.x1, 640);
  EXPECT_LT(rect.y1, 480);
  EXPECT_GT(rect.x1, 620);
  EXPECT_GT(rect.y1, 460);
}

// In a larger buffer, to see writes beside the picture as well.
TEST(VisibleMark, ChangesNothingOutsideTheRectangleThatItReturns) {
  for (const PixelFormat format : {PixelFormat::kGray8, PixelFormat::kRgb8, PixelFormat::kBgr8,
                                   PixelFormat::kRgba8, PixelFormat::kBgra8}) {
    for (const Size size : {Size{1, 1}, {13, 127}, {40, 31}, {256, 255}, {300, 50}, {29, 400}}) {
      const int channels = channel_count(format), border = 3;
      const Image before = testing::test_image(size.width + 2 * border, size.height + 2 * border, format);
      Image buffer = before.clone();
      MutableImageView inner = buffer.mutable_view();
      inner.data += border * inner.stride_bytes + border * channels;
      inner.width = size.width;
      inner.height = size.height;
      const PixelRect rect = draw_visible_mark(inner);
      int changed = 0;
      for (int y = 0; y < buffer.height(); ++y) {
        for (int x = 0; x < buffer.width(); ++x) {
          const std::uint8_t* a = before.view().row(y) + x * channels;
          if (std::equal(a, a + channels, buffer.view().row(y) + x * channels)) continue;
          ++changed;
          ASSERT_TRUE(x - border >= rect.x0 && x - border < rect.x1 && y - border >= rect.y0 &&
                      y - border < rect.y1)
              << x - border << ", " << y - border;
        }
      }
      if (!rect.empty()) EXPECT_GT(changed, rect.width() * rect.height() / 2);
      EXPECT_LE(changed, rect.width() * rect.height());
    }
  }
}

double luminance(double value) {
  const double encoded = value / 255;
  return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

// WCAG's contrast ratio of the letters to what is within a letter's stroke around them.
double contrast_on(const Image& background) {
  const int width = background.width(), height = background.height();
  const std::vector<bool> letters = letter_pixels(width, height);
  Image image = background.clone();
  const PixelRect rect = draw_visible_mark(image.mutable_view());
  const int reach = std::max(2, rect.height() / 16);
  double letter_sum = 0, around_sum = 0;
  int letter_count = 0, around_count = 0;
  for (int y = rect.y0; y < rect.y1; ++y) {
    for (int x = rect.x0; x < rect.x1; ++x) {
      const double value = luminance(image.view().row(y)[x]);
      if (letters[static_cast<std::size_t>(y * width + x)]) {
        letter_sum += value;
        ++letter_count;
        continue;
      }
      int nearest = 1000;
      for (int dy = -reach; dy <= reach; ++dy) {
        for (int dx = -reach; dx <= reach; ++dx) {
          const int nx = x + dx, ny = y + dy;
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
          if (letters[static_cast<std::size_t>(ny * width + nx)])
            nearest = std::min(nearest, std::max(std::abs(dx), std::abs(dy)));
        }
      }
      if (nearest < 2 || nearest > reach) continue;  // the anti-aliased edge itself belongs to neither
      around_sum += value;
      ++around_count;
    }
  }
  EXPECT_GT(letter_count, 50);
  EXPECT_GT(around_count, 50);
  return (letter_sum / letter_count + 0.05) / (around_sum / around_count + 0.05);
}

TEST(VisibleMark, CanBeReadOnWhiteBlackGreyAndNoise) {
  // WCAG's levels AA and AAA; small letters consist of anti-aliased edges for the most part.
  for (const auto& [size, wanted] : {std::pair{200, 4.5}, {800, 7.0}}) {
    for (const std::uint8_t value : {0, 128, 200, 255}) {
      const double contrast = contrast_on(filled_image(size, size, PixelFormat::kGray8, value));
      EXPECT_GE(contrast, wanted) << size << " on " << int{value};
      EXPECT_LE(contrast, 21.0);
    }
    Image noise = filled_image(size, size, PixelFormat::kGray8, 0);
    std::mt19937 random(3);
    for (int i = 0; i < size * size; ++i)
      noise.mutable_view().data[i] = static_cast<std::uint8_t>(64 + random() % 128);
    EXPECT_GE(contrast_on(noise), wanted);
  }
}

TEST(VisibleMark, IsSeenOnTransparentPixelsToo) {
  Image image = filled_image(300, 300, PixelFormat::kRgba8, 0);
  const PixelRect rect = draw_visible_mark(image.mutable_view());
  int opaque_white = 0;
  for (int y = rect.y0; y < rect.y1; ++y) {
    for (int x = rect.x0; x < rect.x1; ++x) {
      const std::uint8_t* pixel = image.view().row(y) + 4 * x;
      if (pixel[0] > 250 && pixel[3] > 250) ++opaque_white;
    }
  }
  EXPECT_GT(opaque_white, 300);
  EXPECT_LT(opaque_white, rect.width() * rect.height() / 2);
}

TEST(VisibleMark, IsTheSameInAllPixelFormats) {
  Image gray = filled_image(200, 150, PixelFormat::kGray8, 77);
  draw_visible_mark(gray.mutable_view());
  for (const PixelFormat format :
       {PixelFormat::kRgb8, PixelFormat::kBgr8, PixelFormat::kRgba8, PixelFormat::kBgra8}) {
    Image image = filled_image(200, 150, format, 77);
    const int channels = channel_count(format);
    for (int i = 0; has_alpha(format) && i < 200 * 150; ++i) image.mutable_view().data[4 * i + 3] = 255;
    draw_visible_mark(image.mutable_view());
    for (int i = 0; i < 200 * 150; ++i) {
      for (int c = 0; c < 3; ++c) ASSERT_EQ(image.view().data[i * channels + c], gray.view().data[i]);
      if (has_alpha(format)) ASSERT_EQ(image.view().data[i * channels + 3], 255);
    }
  }
}

TEST(StrokeFont, KnowsEveryLetterOfTheMark) {
  for (const char letter : std::string(kVisibleMarkText)) {
    if (letter == ' ') continue;
    const auto strokes = text_strokes(std::string(1, letter));
    ASSERT_FALSE(strokes.empty()) << letter;
    float top = 1, bottom = 0;
    for (const Stroke& stroke : strokes) {
      for (const float x : {stroke.x0, stroke.x1}) EXPECT_TRUE(x >= -1e-5f && x <= 1) << letter;
      for (const float y : {stroke.y0, stroke.y1}) {
        EXPECT_TRUE(y >= -1e-5f && y <= 1 + 1e-5f) << letter;
        top = std::min(top, y);
        bottom = std::max(bottom, y);
      }
    }
    EXPECT_NEAR(top, 0, 0.01) << letter;
    EXPECT_NEAR(bottom, 1, 0.01) << letter;
  }
  EXPECT_TRUE(text_strokes("?").empty());
}

}  // namespace
}  // namespace mien
