// Files that are damaged anywhere: refused or read, never a crash. Run with sanitizers to be worth most.
#include <gtest/gtest.h>

#include <random>

#include "media/encode.h"
#include "media/test_pictures.h"
#include "media/xmp.h"

namespace mien {
namespace {

using testing::test_image;

constexpr DecodeLimits kSmall{.max_pixels = 1 << 20};

Metadata full_metadata() {
  Metadata metadata;
  metadata.icc = testing::make_icc();
  metadata.exif = testing::make_exif(6, 24, 18, false, to_bytes("thumbnail"));
  XmpPacket packet;
  packet.set(kTc260Namespace, "AIGC", "{\"Label\":\"1\"}");
  packet.set_list(kMienNamespace, "Models", {"a", "b"});
  metadata.xmp = to_bytes(packet.serialise());
  return metadata;
}

std::vector<Bytes> files() {
  std::vector<Bytes> files;
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba8}) {
    const Image image = test_image(24, 18, format);
    for (const FileFormat file_format : {FileFormat::kJpeg, FileFormat::kPng, FileFormat::kWebp}) {
      for (const int quality : {80, 100})
        files.push_back(*encode_plain(image.view(), full_metadata(), file_format, quality));
    }
  }
  files.push_back(testing::make_jpeg(test_image(24, 18).view(), testing::JpegSpec{.progressive = true}));
  files.push_back(testing::make_png(test_image(24, 18).view(), {.interlaced = true}));
  return files;
}

// What may come of any input: a picture within the limits, or a reason.
void expect_sane(ByteView file) {
  const auto photo = read_photo(file, kSmall);
  if (photo.ok()) {
    ASSERT_FALSE(photo->image.empty());
    ASSERT_TRUE(photo->image.view().validate().ok());
  } else {
    ASSERT_TRUE(photo.status().code() == Code::kUnreadable || photo.status().code() == Code::kLimit)
        << photo.status().message();
    ASSERT_FALSE(photo.status().message().empty());
  }
  const auto label = read_label(file);
  if (!label.ok()) ASSERT_EQ(label.status().code(), Code::kUnreadable) << label.status().message();
}

TEST(Damage, EveryCutIsSurvived) {
  for (const Bytes& file : files()) {
    for (std::size_t length = 0; length < file.size(); ++length) {
      const auto photo = read_photo(ByteView(file).first(length), kSmall);
      ASSERT_FALSE(photo.ok()) << length << " of " << file.size();
      ASSERT_EQ(photo.status().code(), Code::kUnreadable);
      expect_sane(ByteView(file).first(length));
    }
  }
}

TEST(Damage, FlippedBytesAreSurvived) {
  std::mt19937 random(2026);
  for (const Bytes& file : files()) {
    for (int i = 0; i < 400; ++i) {
      Bytes flipped = file;
      const int flips = 1 + static_cast<int>(random() % 8);
      for (int n = 0; n < flips; ++n)
        flipped[random() % flipped.size()] = static_cast<std::uint8_t>(random());
      expect_sane(flipped);
    }
  }
}

TEST(Damage, DuplicatedAndMissingPiecesAreSurvived) {
  std::mt19937 random(7);
  for (const Bytes& file : files()) {
    for (int i = 0; i < 100; ++i) {
      const auto at = static_cast<std::ptrdiff_t>(random() % file.size());
      const auto length =
          static_cast<std::ptrdiff_t>(random() % (file.size() - static_cast<std::size_t>(at)));
      Bytes doubled(file.begin(), file.begin() + at + length);
      doubled.insert(doubled.end(), file.begin() + at, file.end());
      expect_sane(doubled);
      Bytes missing(file.begin(), file.begin() + at);
      missing.insert(missing.end(), file.begin() + at + length, file.end());
      expect_sane(missing);
    }
  }
}

TEST(Damage, NoiseBehindASignatureIsSurvived) {
  std::mt19937 random(11);
  using namespace std::string_view_literals;
  for (const std::string_view signature : {"\xff\xd8\xff"sv, "\x89PNG\r\n\x1a\n"sv, "RIFF\xf0\0\0\0WEBP"sv,
                                           "RIFF\xf0\0\0\0WEBPVP8L"sv, "RIFF\xf0\0\0\0WEBPVP8X"sv}) {
    for (int i = 0; i < 300; ++i) {
      Bytes noise = to_bytes(signature);
      while (noise.size() < 248) noise.push_back(static_cast<std::uint8_t>(random()));
      expect_sane(noise);
    }
  }
}

}  // namespace
}  // namespace mien
