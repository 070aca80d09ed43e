#include <gtest/gtest.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include "media/encode.h"
#include "media/test_pictures.h"

namespace mien {
namespace {

using testing::contains;
using testing::largest_difference;
using testing::test_image;

TEST(Webp, ComesBackExactlyAtQuality100) {
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba8}) {
    const Image image = test_image(45, 28, format);
    const auto file = encode_plain(image.view(), {}, FileFormat::kWebp, 100);
    ASSERT_TRUE(file.ok()) << file.status().message();
    const auto photo = read_photo(*file);
    ASSERT_TRUE(photo.ok()) << photo.status().message();
    EXPECT_EQ(photo->format, FileFormat::kWebp);
    EXPECT_EQ(photo->had_alpha, has_alpha(format));
    EXPECT_EQ(largest_difference(photo->image.view(), image.view()), 0);
  }
}

TEST(Webp, ComesBackNearlyBelowQuality100) {
  const Image image = test_image(64, 48);
  const auto file = encode_plain(image.view(), {}, FileFormat::kWebp, 95);
  ASSERT_TRUE(file.ok());
  const auto photo = read_photo(*file);
  ASSERT_TRUE(photo.ok());
  const int difference = largest_difference(photo->image.view(), image.view());
  EXPECT_GE(difference, 1);  // it is lossy
  EXPECT_LE(difference, 24);
  // Alpha is never lossy.
  const Image transparent = test_image(64, 48, PixelFormat::kRgba8);
  const auto with_alpha = encode_plain(transparent.view(), {}, FileFormat::kWebp, 80);
  ASSERT_TRUE(with_alpha.ok());
  const auto again = read_photo(*with_alpha);
  ASSERT_TRUE(again.ok());
  ASSERT_TRUE(again->had_alpha);
  for (int x = 0; x < 64; ++x)
    ASSERT_EQ(again->image.view().row(5)[4 * x + 3], transparent.view().row(5)[4 * x + 3]);
}

TEST(Webp, EncodesGreyAndSwappedChannels) {
  const Image gray = test_image(16, 12, PixelFormat::kGray8);
  const auto gray_file = encode_plain(gray.view(), {}, FileFormat::kWebp, 100);
  const Image bgr = test_image(16, 12, PixelFormat::kBgr8);
  const auto bgr_file = encode_plain(bgr.view(), {}, FileFormat::kWebp, 100);
  ASSERT_TRUE(gray_file.ok() && bgr_file.ok());
  const auto gray_photo = read_photo(*gray_file), bgr_photo = read_photo(*bgr_file);
  ASSERT_TRUE(gray_photo.ok() && bgr_photo.ok());
  for (int x = 0; x < 16; ++x) {
    EXPECT_EQ(gray_photo->image.view().row(3)[3 * x + 2], gray.view().row(3)[x]);
    EXPECT_EQ(bgr_photo->image.view().row(3)[3 * x], bgr.view().row(3)[3 * x + 2]);
  }
}

TEST(Webp, GivesTheFirstFrameOfAnAnimation) {
  WebPAnimEncoderOptions options;
  ASSERT_TRUE(WebPAnimEncoderOptionsInit(&options));
  WebPAnimEncoder* encoder = WebPAnimEncoderNew(20, 10, &options);
  WebPConfig config;
  ASSERT_TRUE(WebPConfigInit(&config) && WebPConfigLosslessPreset(&config, 1));
  for (int frame = 0; frame < 2; ++frame) {
    WebPPicture picture;
    ASSERT_TRUE(WebPPictureInit(&picture));
    picture.use_argb = 1;
    picture.width = 20;
    picture.height = 10;
    const Image image = testing::filled_image(20, 10, PixelFormat::kRgb8, frame == 0 ? 50 : 200);
    ASSERT_TRUE(WebPPictureImportRGB(&picture, image.view().data, 60));
    ASSERT_TRUE(WebPAnimEncoderAdd(encoder, &picture, 100 * frame, &config));
    WebPPictureFree(&picture);
  }
  ASSERT_TRUE(WebPAnimEncoderAdd(encoder, nullptr, 200, nullptr));
  WebPData data{};
  ASSERT_TRUE(WebPAnimEncoderAssemble(encoder, &data));
  const Bytes file(data.bytes, data.bytes + data.size);
  WebPDataClear(&data);
  WebPAnimEncoderDelete(encoder);

  const auto photo = read_photo(file);
  ASSERT_TRUE(photo.ok()) << photo.status().message();
  ASSERT_EQ(photo->image.format(), PixelFormat::kRgba8);
  const std::uint8_t* pixel = photo->image.view().row(9) + 4 * 19;
  EXPECT_EQ(Bytes(pixel, pixel + 4), (Bytes{50, 50, 50, 255}));
  EXPECT_NE(photo->remark.find("first frame"), std::string::npos);
}

TEST(Webp, IsRefusedAsTruncatedAtEveryLength) {
  const Image image = test_image(20, 15);
  for (const int quality : {80, 100}) {
    const auto whole = encode_plain(image.view(), {}, FileFormat::kWebp, quality);
    ASSERT_TRUE(whole.ok() && read_photo(*whole).ok());
    for (std::size_t length = 12; length < whole->size(); ++length) {
      const auto photo = read_photo(ByteView(*whole).first(length));
      ASSERT_FALSE(photo.ok()) << length;
      ASSERT_EQ(photo.status().code(), Code::kUnreadable);
      ASSERT_TRUE(contains(photo.status().message(), "truncated")) << photo.status().message();
    }
  }
}

TEST(Webp, RefusesAHugeHeaderByItsSize) {
  // A lossless header: signature, then width - 1 and height - 1 in 14 bits each, all ones.
  Bytes file =
      to_bytes(std::string_view("RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f\xff\xff\xff\x0f\0\0\0\0\0", 30));
  const auto photo = read_photo(file);
  ASSERT_FALSE(photo.ok());
  EXPECT_EQ(photo.status().code(), Code::kLimit) << photo.status().message();
  EXPECT_TRUE(contains(photo.status().message(), "16384 x 16384"));
}

TEST(Webp, RefusesToWriteMoreThanTheFormatCanHold) {
  const Image wide(16'384, 1, PixelFormat::kRgb8);
  const auto file = encode_plain(wide.view(), {}, FileFormat::kWebp, 90);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.status().code(), Code::kLimit);
  EXPECT_TRUE(contains(file.status().message(), "16383"));
}

}  // namespace
}  // namespace mien
