#include <gtest/gtest.h>

#include "media/codec.h"
#include "media/encode.h"
#include "media/test_pictures.h"

namespace mien {
namespace {

using testing::contains;
using testing::JpegSpec;
using testing::largest_difference;
using testing::make_jpeg;
using testing::test_image;

// What 8x8 blocks at quality 95 may do to a smooth picture.
constexpr int kJpegTolerance = 12;

// The sampling factors of a JPEG's first component, and its colour space.
jpeg_component_info first_component(ByteView file, J_COLOR_SPACE* space = nullptr) {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, file.data(), file.size());
  jpeg_read_header(&info, TRUE);
  const jpeg_component_info first = info.comp_info[0];
  if (space) *space = info.jpeg_color_space;
  jpeg_destroy_decompress(&info);
  return first;
}

TEST(Jpeg, DecodesBaselineAndProgressive) {
  const Image expected = test_image(61, 43);
  for (const bool progressive : {false, true}) {
    const auto photo = read_photo(make_jpeg(expected.view(), JpegSpec{.progressive = progressive}));
    ASSERT_TRUE(photo.ok()) << photo.status().message();
    EXPECT_EQ(photo->format, FileFormat::kJpeg);
    EXPECT_EQ(photo->bits, 8);
    EXPECT_FALSE(photo->had_alpha);
    EXPECT_EQ(photo->image.format(), PixelFormat::kRgb8);
    const int difference = largest_difference(photo->image.view(), expected.view());
    EXPECT_GE(difference, 0);
    EXPECT_LE(difference, kJpegTolerance);
  }
}

TEST(Jpeg, GivesGreyAsEqualChannels) {
  const auto gray = [](int x, int y) {
    return std::vector<std::uint8_t>{static_cast<std::uint8_t>(4 * x + y)};
  };
  const Bytes file = make_jpeg(40, 30, gray, {.samples = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE});
  const auto photo = read_photo(file);
  ASSERT_TRUE(photo.ok());
  ASSERT_EQ(photo->image.format(), PixelFormat::kRgb8);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) {
      const std::uint8_t* pixel = photo->image.view().row(y) + 3 * x;
      ASSERT_NEAR(pixel[0], 4 * x + y, 4);
      ASSERT_EQ(pixel[0], pixel[1]);
      ASSERT_EQ(pixel[0], pixel[2]);
    }
  }
}

// Four flat patches: no ink, cyan ink, half yellow ink, half black ink.
std::vector<std::uint8_t> ink_at(int x) {
  constexpr std::uint8_t kInks[4][4] = {{0, 0, 0, 0}, {255, 0, 0, 0}, {0, 0, 128, 0}, {0, 0, 0, 128}};
  const auto& ink = kInks[x / 16];
  return {ink[0], ink[1], ink[2], ink[3]};
}

class CmykTest : public ::testing::TestWithParam<std::tuple<J_COLOR_SPACE, bool>> {};

TEST_P(CmykTest, IsConvertedToTheColoursThatItsInksGive) {
  const auto [stored, adobe] = GetParam();
  const auto pixel = [adobe](int x, int) {
    std::vector<std::uint8_t> ink = ink_at(x);
    if (adobe) {
      for (std::uint8_t& value : ink) value = static_cast<std::uint8_t>(255 - value);
    }
    return ink;
  };
  const auto photo =
      read_photo(make_jpeg(64, 16, pixel, {.samples = JCS_CMYK, .stored = stored, .adobe_marker = adobe}));
  ASSERT_TRUE(photo.ok()) << photo.status().message();
  ASSERT_EQ(photo->image.format(), PixelFormat::kRgb8);
  constexpr int kExpected[4][3] = {{255, 255, 255}, {0, 255, 255}, {255, 255, 127}, {127, 127, 127}};
  for (int patch = 0; patch < 4; ++patch) {
    const std::uint8_t* rgb = photo->image.view().row(8) + 3 * (16 * patch + 8);
    for (int c = 0; c < 3; ++c)
      EXPECT_NEAR(rgb[c], kExpected[patch][c], 4) << "patch " << patch << " channel " << c;
  }
}

INSTANTIATE_TEST_SUITE_P(Inks, CmykTest,
                         ::testing::Values(std::tuple{JCS_CMYK, true}, std::tuple{JCS_CMYK, false},
                                           std::tuple{JCS_YCCK, true}));

TEST(Jpeg, IsTurnedUprightForAllEightOrientations) {
  const Image stored = test_image(48, 24);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Bytes app1 = to_bytes(std::string_view("Exif\0\0", 6));
    const Bytes tiff = testing::make_exif(orientation, 48, 24);
    app1.insert(app1.end(), tiff.begin(), tiff.end());
    const auto photo = read_photo(make_jpeg(stored.view(), JpegSpec{.segments = {{JPEG_APP0 + 1, app1}}}));
    ASSERT_TRUE(photo.ok());
    EXPECT_EQ(photo->file_orientation, orientation);
    EXPECT_EQ(photo->image.width(), orientation >= 5 ? 24 : 48);
    // Red grows along the stored rows, green falls along the stored columns; see where they went.
    const auto value = [&](int x, int y, int c) {
      const ImageView view = photo->image.view();
      return view.row(y)[3 * x + c];
    };
    const int right = photo->image.width() - 1, bottom = photo->image.height() - 1;
    const int red_grows_right =
        value(right, 0, 0) + value(right, bottom, 0) - value(0, 0, 0) - value(0, bottom, 0);
    const int red_grows_down =
        value(0, bottom, 0) + value(right, bottom, 0) - value(0, 0, 0) - value(right, 0, 0);
    constexpr int kRedDirection[9][2] = {{},     {1, 0}, {-1, 0}, {-1, 0}, {1, 0},
                                         {0, 1}, {0, 1}, {0, -1}, {0, -1}};
    EXPECT_NEAR(red_grows_right, 510 * kRedDirection[orientation][0], 40) << orientation;
    EXPECT_NEAR(red_grows_down, 510 * kRedDirection[orientation][1], 40) << orientation;
    EXPECT_EQ(photo->metadata.exif, testing::make_exif(1, photo->image.width(), photo->image.height()));
  }
}

TEST(Jpeg, IsRefusedAsTruncatedAtEveryLength) {
  const Image image = test_image(40, 30);
  for (const bool progressive : {false, true}) {
    const Bytes whole = make_jpeg(image.view(), JpegSpec{.progressive = progressive});
    ASSERT_TRUE(read_photo(whole).ok());
    for (std::size_t length = 3; length < whole.size(); ++length) {
      const auto photo = read_photo(ByteView(whole).first(length));
      ASSERT_FALSE(photo.ok()) << length;
      ASSERT_EQ(photo.status().code(), Code::kUnreadable);
      ASSERT_TRUE(contains(photo.status().message(), "truncated"))
          << length << ": " << photo.status().message();
      ASSERT_TRUE(contains(photo.status().message(), std::to_string(length) + " bytes"));
    }
  }
}

TEST(Jpeg, IsRefusedWhenTheMiddleIsMissingButTheEndMarkerIsThere) {
  const Bytes whole = make_jpeg(test_image(200, 200).view());
  Bytes holed(whole.begin(), whole.end() - static_cast<std::ptrdiff_t>(whole.size() / 3));
  holed.insert(holed.end(), {0xFF, 0xD9});
  const auto photo = read_photo(holed);
  ASSERT_FALSE(photo.ok());
  EXPECT_EQ(photo.status().code(), Code::kUnreadable);
  EXPECT_TRUE(contains(photo.status().message(), "damaged"));
}

TEST(Jpeg, IsReadWithBytesBehindItsEnd) {
  Bytes file = make_jpeg(test_image(40, 30).view());
  file.insert(file.end(), 5000, 0xAB);
  EXPECT_TRUE(read_photo(file).ok());
}

TEST(Jpeg, RefusesTooManyPassesSoon) {
  Bytes file = make_jpeg(test_image(16, 16).view(), JpegSpec{.progressive = true});
  // The first pass again and again: from its start-of-scan marker to the tables of the second.
  const auto find = [&](std::size_t from, std::uint8_t marker) {
    while (!(file[from] == 0xFF && file[from + 1] == marker)) ++from;
    return from;
  };
  const std::size_t begin = find(0, 0xDA), end = find(begin, 0xC4);
  const Bytes pass(file.begin() + static_cast<std::ptrdiff_t>(begin),
                   file.begin() + static_cast<std::ptrdiff_t>(end));
  Bytes passes;
  for (int i = 0; i < 1000; ++i) passes.insert(passes.end(), pass.begin(), pass.end());
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(end), passes.begin(), passes.end());
  const auto photo = read_photo(file);
  ASSERT_FALSE(photo.ok());
  EXPECT_EQ(photo.status().code(), Code::kUnreadable);
  EXPECT_TRUE(contains(photo.status().message(), "500 passes")) << photo.status().message();
}

TEST(Jpeg, RefusesAHugeHeaderByItsSize) {
  Bytes file = make_jpeg(test_image(16, 16).view());
  std::size_t frame = 0;
  while (!(file[frame] == 0xFF && file[frame + 1] == 0xC0)) ++frame;
  for (const std::size_t side : {frame + 5, frame + 7}) {
    file[side] = 20'000 >> 8;
    file[side + 1] = 20'000 & 255;
  }
  const auto photo = read_photo(file);
  ASSERT_FALSE(photo.ok());
  EXPECT_EQ(photo.status().code(), Code::kLimit);
  EXPECT_TRUE(contains(photo.status().message(), "20000 x 20000"));
  EXPECT_TRUE(contains(photo.status().message(), "200000000"));
}

TEST(Jpeg, KeepsFullColourFromQuality90On) {
  const Image image = test_image(33, 17);
  for (const auto& [quality, factor] : {std::pair{100, 1}, {90, 1}, {89, 2}, {1, 2}}) {
    const auto file = encode_plain(image.view(), {}, FileFormat::kJpeg, quality);
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(first_component(*file).h_samp_factor, factor) << quality;
    EXPECT_EQ(first_component(*file).v_samp_factor, factor) << quality;
  }
}

TEST(Jpeg, EncodesEveryPixelFormatAndLaysAlphaOnWhite) {
  for (const PixelFormat format :
       {PixelFormat::kRgb8, PixelFormat::kBgr8, PixelFormat::kRgba8, PixelFormat::kBgra8}) {
    // Red, half transparent where there is alpha, in rows that are longer than the picture.
    const int channels = channel_count(format), red = red_offset(format);
    Image wide(40, 20, format);
    for (int y = 0; y < 20; ++y) {
      std::uint8_t* pixel = wide.mutable_view().row(y);
      for (int x = 0; x < 40; ++x, pixel += channels) {
        pixel[0] = pixel[1] = pixel[2] = 0;
        pixel[red] = 200;
        if (channels == 4) pixel[3] = 128;
      }
    }
    ImageView view = wide.view();
    view.width = 24;
    const auto file = encode_plain(view, {}, FileFormat::kJpeg, 95);
    ASSERT_TRUE(file.ok());
    const auto photo = read_photo(*file);
    ASSERT_TRUE(photo.ok());
    EXPECT_EQ(photo->image.width(), 24);
    const std::uint8_t* centre = photo->image.view().row(10) + 3 * 12;
    const bool transparent = channels == 4;
    EXPECT_NEAR(centre[0], transparent ? 227 : 200, 3);
    EXPECT_NEAR(centre[1], transparent ? 127 : 0, 3);
    EXPECT_NEAR(centre[2], transparent ? 127 : 0, 3);
  }
  J_COLOR_SPACE space = JCS_UNKNOWN;
  const auto gray = encode_plain(test_image(20, 10, PixelFormat::kGray8).view(), {}, FileFormat::kJpeg, 95);
  ASSERT_TRUE(gray.ok());
  first_component(*gray, &space);
  EXPECT_EQ(space, JCS_GRAYSCALE);
}

}  // namespace
}  // namespace mien
