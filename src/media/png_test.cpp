#include <gtest/gtest.h>
#include <png.h>

#include "media/encode.h"
#include "media/test_pictures.h"

namespace mien {
namespace {

using testing::contains;
using testing::largest_difference;
using testing::make_png;
using testing::PngSpec;
using testing::test_image;

TEST(Png, RoundsEvery16BitValueToTheNearestOf8Bits) {
  const auto row = [](int y) {
    Bytes bytes;
    for (int x = 0; x < 256; ++x)
      bytes.insert(bytes.end(), {static_cast<std::uint8_t>(y), static_cast<std::uint8_t>(x)});
    return bytes;
  };
  const auto photo =
      read_photo(make_png(256, 256, row, {.bit_depth = 16, .colour_type = PNG_COLOR_TYPE_GRAY}));
  ASSERT_TRUE(photo.ok()) << photo.status().message();
  EXPECT_EQ(photo->bits, 16);
  for (int value = 0; value < 65536; ++value) {
    const std::uint8_t* pixel = photo->image.view().row(value / 256) + 3 * (value % 256);
    ASSERT_EQ(pixel[0], (value * 2 + 257) / 514) << value;  // value / 257, rounded
    ASSERT_EQ(pixel[2], pixel[0]);
  }
}

TEST(Png, StretchesGreyOf1To4BitsToTheFullRange) {
  for (const int bits : {1, 2, 4}) {
    const int levels = 1 << bits, per_byte = 8 / bits;
    const auto row = [&](int) {
      Bytes bytes(static_cast<std::size_t>((levels + per_byte - 1) / per_byte), 0);
      for (int x = 0; x < levels; ++x) {
        auto& byte = bytes[static_cast<std::size_t>(x / per_byte)];
        byte = static_cast<std::uint8_t>(byte | x << (8 - bits * (x % per_byte + 1)));
      }
      return bytes;
    };
    const auto photo =
        read_photo(make_png(levels, 1, row, {.bit_depth = bits, .colour_type = PNG_COLOR_TYPE_GRAY}));
    ASSERT_TRUE(photo.ok());
    EXPECT_EQ(photo->bits, bits);
    for (int x = 0; x < levels; ++x) EXPECT_EQ(photo->image.view().row(0)[3 * x], 255 * x / (levels - 1));
  }
}

TEST(Png, LooksUpPalettesAndTheirTransparency) {
  const auto row = [](int) { return Bytes{0, 1, 2}; };
  PngSpec spec{.colour_type = PNG_COLOR_TYPE_PALETTE, .palette = {10, 20, 30, 40, 50, 60, 70, 80, 90}};
  const auto opaque = read_photo(make_png(3, 1, row, spec));
  spec.palette_alpha = {0, 128};
  const auto transparent = read_photo(make_png(3, 1, row, spec));
  ASSERT_TRUE(opaque.ok() && transparent.ok());
  EXPECT_FALSE(opaque->had_alpha);
  EXPECT_TRUE(transparent->had_alpha);
  ASSERT_EQ(opaque->image.format(), PixelFormat::kRgb8);
  ASSERT_EQ(transparent->image.format(), PixelFormat::kRgba8);
  const std::uint8_t* rgb = opaque->image.view().row(0);
  const std::uint8_t* rgba = transparent->image.view().row(0);
  EXPECT_EQ(Bytes(rgb, rgb + 9), (Bytes{10, 20, 30, 40, 50, 60, 70, 80, 90}));
  EXPECT_EQ(Bytes(rgba, rgba + 12), (Bytes{10, 20, 30, 0, 40, 50, 60, 128, 70, 80, 90, 255}));
}

TEST(Png, MakesTheTransparentGreyTransparentAndKeepsGreyWithAlpha) {
  const auto gray = read_photo(make_png(2, 1,
                                        [](int) {
                                          return Bytes{7, 8};
                                        },
                                        {.colour_type = PNG_COLOR_TYPE_GRAY, .transparent_gray = 7}));
  ASSERT_TRUE(gray.ok());
  ASSERT_EQ(gray->image.format(), PixelFormat::kRgba8);
  const std::uint8_t* a = gray->image.view().row(0);
  EXPECT_EQ(Bytes(a, a + 8), (Bytes{7, 7, 7, 0, 8, 8, 8, 255}));

  const auto row16 = [](int) { return Bytes{0x80, 0x80, 0x40, 0x40}; };
  const auto gray_alpha =
      read_photo(make_png(1, 1, row16, {.bit_depth = 16, .colour_type = PNG_COLOR_TYPE_GRAY_ALPHA}));
  ASSERT_TRUE(gray_alpha.ok());
  const std::uint8_t* b = gray_alpha->image.view().row(0);
  EXPECT_EQ(Bytes(b, b + 4), (Bytes{128, 128, 128, 64}));
}

TEST(Png, ReadsInterlacedPicturesExactly) {
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba8}) {
    const Image expected = test_image(37, 23, format);
    const auto photo = read_photo(make_png(expected.view(), {.interlaced = true}));
    ASSERT_TRUE(photo.ok());
    EXPECT_EQ(largest_difference(photo->image.view(), expected.view()), 0);
  }
}

TEST(Png, IsTurnedUprightByItsExifBlock) {
  const Image stored = test_image(5, 3);
  PngSpec spec;
  spec.exif = testing::make_exif(6, 5, 3);
  const auto photo = read_photo(make_png(stored.view(), spec));
  ASSERT_TRUE(photo.ok());
  EXPECT_EQ(photo->file_orientation, 6);
  ASSERT_EQ(photo->image.width(), 3);
  // Turned clockwise, the lower left pixel comes to the upper left.
  EXPECT_EQ(photo->image.view().row(0)[1], stored.view().row(2)[1]);
  EXPECT_EQ(photo->metadata.exif, testing::make_exif(1, 3, 5));
}

TEST(Png, IsRefusedAsTruncatedAtEveryLength) {
  const Bytes whole = make_png(test_image(20, 15).view());
  ASSERT_TRUE(read_photo(whole).ok());
  for (std::size_t length = 8; length < whole.size(); ++length) {
    const auto photo = read_photo(ByteView(whole).first(length));
    ASSERT_FALSE(photo.ok()) << length;
    ASSERT_EQ(photo.status().code(), Code::kUnreadable);
    ASSERT_TRUE(contains(photo.status().message(), "truncated"))
        << length << ": " << photo.status().message();
  }
}

TEST(Png, RefusesAHugeHeaderByItsSize) {
  // A header with a valid checksum, made by libpng itself; the pixels never come.
  Bytes file = make_png(20'000, 1, [](int) { return Bytes(2'500, 0); },
                        {.bit_depth = 1, .colour_type = PNG_COLOR_TYPE_GRAY});
  ASSERT_TRUE(read_photo(file).ok());
  const auto small = read_photo(file, DecodeLimits{.max_pixels = 19'999});
  ASSERT_FALSE(small.ok());
  EXPECT_EQ(small.status().code(), Code::kLimit);
  EXPECT_TRUE(contains(small.status().message(), "20000 x 1"));
}

TEST(Png, ComesBackExactlyFromTheEncoderInEveryFormat) {
  for (const PixelFormat format : {PixelFormat::kGray8, PixelFormat::kRgb8, PixelFormat::kBgr8,
                                   PixelFormat::kRgba8, PixelFormat::kBgra8}) {
    const Image image = test_image(31, 17, format);
    const auto file = encode_plain(image.view(), {}, FileFormat::kPng, 50);
    ASSERT_TRUE(file.ok()) << file.status().message();
    const auto photo = read_photo(*file);
    ASSERT_TRUE(photo.ok());
    EXPECT_EQ(photo->had_alpha, has_alpha(format));
    const int channels = channel_count(format), red = red_offset(format);
    for (int y = 0; y < 17; ++y) {
      for (int x = 0; x < 31; ++x) {
        const std::uint8_t* in = image.view().row(y) + x * channels;
        const std::uint8_t* out = photo->image.view().row(y) + x * (has_alpha(format) ? 4 : 3);
        ASSERT_EQ(out[0], in[channels == 1 ? 0 : red]);
        ASSERT_EQ(out[1], in[channels == 1 ? 0 : 1]);
        ASSERT_EQ(out[2], in[channels == 1 ? 0 : 2 - red]);
        if (has_alpha(format)) ASSERT_EQ(out[3], in[3]);
      }
    }
  }
}

}  // namespace
}  // namespace mien
