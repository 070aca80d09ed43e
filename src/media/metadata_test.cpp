// Colour profiles, EXIF and XMP through whole files, in all three formats.
#include <gtest/gtest.h>

#include "media/codec.h"
#include "media/content_id.h"
#include "media/encode.h"
#include "media/jpeg_markers.h"
#include "media/test_pictures.h"
#include "media/xmp.h"

namespace mien {
namespace {

using testing::contains;
using testing::make_exif;
using testing::make_icc;
using testing::make_xmp;
using testing::test_image;
using Values = std::vector<std::string>;

Metadata all_kinds() {
  Metadata metadata;
  metadata.icc = make_icc();
  metadata.exif = make_exif(1, 40, 30);
  metadata.xmp = to_bytes(make_xmp("xmlns:f=\"urn:f\" f:a=\"1\""));
  return metadata;
}

Photo round_trip(FileFormat format, const Metadata& metadata) {
  const auto file = encode_plain(test_image(40, 30).view(), metadata, format, 90);
  EXPECT_TRUE(file.ok()) << (file.ok() ? "" : file.status().message());
  auto photo = read_photo(*file);
  EXPECT_TRUE(photo.ok()) << (photo.ok() ? "" : photo.status().message());
  return std::move(*photo);
}

class MetadataTest : public ::testing::TestWithParam<FileFormat> {};

TEST_P(MetadataTest, ComesBackAsItWent) {
  const Metadata metadata = all_kinds();
  const Photo photo = round_trip(GetParam(), metadata);
  EXPECT_EQ(photo.metadata.icc, metadata.icc);
  EXPECT_EQ(photo.metadata.exif, metadata.exif);
  EXPECT_EQ(photo.metadata.xmp, metadata.xmp);
  EXPECT_EQ(photo.metadata.aigc_text, "");
  EXPECT_FALSE(photo.metadata.had_c2pa);
}

TEST_P(MetadataTest, IsNotInventedWhenThereIsNone) {
  const Photo photo = round_trip(GetParam(), {});
  EXPECT_TRUE(photo.metadata.icc.empty());
  EXPECT_TRUE(photo.metadata.exif.empty());
  EXPECT_TRUE(photo.metadata.xmp.empty());
}

TEST_P(MetadataTest, TurnsThePictureAndThenSaysUpright) {
  Metadata metadata;
  metadata.exif = make_exif(8, 40, 30);
  const Photo photo = round_trip(GetParam(), metadata);
  EXPECT_EQ(photo.file_orientation, 8);
  EXPECT_EQ(photo.image.width(), 30);
  EXPECT_EQ(photo.image.height(), 40);
  EXPECT_EQ(photo.metadata.exif, make_exif(1, 30, 40));
}

TEST_P(MetadataTest, DoesNotShowTheOldFaceInTheThumbnail) {
  Metadata metadata;
  metadata.exif = make_exif(1, 40, 30, false, to_bytes("OLD-FACE"));
  const Photo photo = round_trip(GetParam(), metadata);
  EXPECT_GT(photo.metadata.exif.size(), 0u);
  EXPECT_FALSE(contains(as_text(photo.metadata.exif), "OLD-FACE"));
}

TEST_P(MetadataTest, HoldsPacketsLargerThanAJpegSegment) {
  Metadata metadata;
  std::string attributes = "xmlns:f=\"urn:f\"";
  for (const char name : {'a', 'b', 'c'}) {
    attributes += std::string(" f:") + name + "=\"" + std::string(50'000, name) + "\"";
  }
  metadata.xmp = to_bytes(make_xmp(attributes));
  const Photo photo = round_trip(GetParam(), metadata);
  const auto packet = XmpPacket::parse(photo.metadata.xmp);
  ASSERT_TRUE(packet.ok()) << packet.status().message();
  for (const char name : {'a', 'b', 'c'}) {
    EXPECT_EQ(packet->values("urn:f", std::string(1, name)), Values{std::string(50'000, name)});
  }
  EXPECT_FALSE(packet->has(kXmpNoteNamespace, "HasExtendedXMP"));
}

INSTANTIATE_TEST_SUITE_P(Formats, MetadataTest,
                         ::testing::Values(FileFormat::kJpeg, FileFormat::kPng, FileFormat::kWebp),
                         [](const auto& info) { return std::string(format_name(info.param)); });

TEST(Metadata, DropsProfilesThatAreNotForRgb) {
  for (const char* space : {"GRAY", "CMYK"}) {
    Metadata metadata;
    metadata.icc = make_icc(space);
    EXPECT_TRUE(round_trip(FileFormat::kJpeg, metadata).metadata.icc.empty()) << space;
  }
}

TEST(Metadata, TooLargeForAJpegIsRefusedWithBothNumbers) {
  Metadata metadata;
  metadata.exif = make_exif(1, 40, 30);
  metadata.exif.resize(70'000);
  const auto file = encode_plain(test_image(40, 30).view(), metadata, FileFormat::kJpeg, 90);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.status().code(), Code::kLimit);
  EXPECT_TRUE(contains(file.status().message(), "70000") && contains(file.status().message(), "65527"));
  EXPECT_TRUE(encode_plain(test_image(40, 30).view(), metadata, FileFormat::kPng, 90).ok());
}

TEST(Metadata, LosesNoLabelInAJpegWhosePacketIsSpread) {
  Metadata metadata;
  metadata.xmp = to_bytes(make_xmp("xmlns:f=\"urn:f\" f:a=\"" + std::string(80'000, 'a') + "\""));
  const auto file = encode_image(testing::fused_picture(test_image(40, 30)), metadata, FileFormat::kJpeg);
  ASSERT_TRUE(file.ok()) << file.status().message();
  const auto record = read_label(*file);
  ASSERT_TRUE(record.ok());
  EXPECT_TRUE(record->labelled_as_synthetic());
  // A reader that knows only the first segment finds the label too.
  const std::string_view text = as_text(*file);
  const std::size_t first = text.find(kXmpSignature), second = text.find(kExtendedXmpSignature);
  ASSERT_NE(second, std::string_view::npos);
  EXPECT_TRUE(contains(text.substr(first, second - first), "<TC260:AIGC>"));
  EXPECT_TRUE(contains(text.substr(first, second - first), "compositeWithTrainedAlgorithmicMedia"));
}

// A JPEG with extended XMP whose segments claim these things.
Metadata extended(std::uint32_t total, std::uint32_t offset, const std::string& data) {
  const std::string id(32, 'A');
  const auto u32 = [](std::uint32_t v) {
    return std::string{static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8),
                       static_cast<char>(v)};
  };
  const std::string main =
      std::string(kXmpSignature) +
      make_xmp("xmlns:xmpNote=\"http://ns.adobe.com/xmp/note/\" xmpNote:HasExtendedXMP=\"" + id + "\"");
  const std::string more = std::string(kExtendedXmpSignature) + id + u32(total) + u32(offset) + data;
  const Bytes file =
      testing::make_jpeg(test_image(16, 16).view(),
                         testing::JpegSpec{.segments = {{kApp1, to_bytes(main)}, {kApp1, to_bytes(more)}}});
  const auto metadata = jpeg_metadata(file);
  EXPECT_TRUE(metadata.ok());
  return metadata.ok() ? *metadata : Metadata{};
}

TEST(Metadata, TakesSpreadPacketsOnlyWhenTheyAreWhole) {
  const std::string rest = make_xmp("xmlns:f=\"urn:f\" f:a=\"rest\"");
  const auto size = static_cast<std::uint32_t>(rest.size());
  EXPECT_TRUE(contains(as_text(extended(size, 0, rest).xmp), "f:a=\"rest\""));
  for (const auto& [total, offset] :
       {std::pair{size + 1, 0u}, {size, 1u}, {0xFFFFFFFFu, 0u}, {size, 0xFFFFFFFFu}, {0u, 0u}}) {
    const Metadata metadata = extended(total, offset, rest);
    EXPECT_FALSE(contains(as_text(metadata.xmp), "rest\""));
    EXPECT_TRUE(contains(as_text(metadata.xmp), "HasExtendedXMP"));  // as it was
  }
}

TEST(Metadata, NoticesC2paManifests) {
  const Image image = test_image(16, 16);
  const std::string jumbf = std::string("JP\0\1\0\0\0\1\0\0\0\x20jumb", 16) + std::string(24, 'x');
  const auto jpeg = read_photo(
      testing::make_jpeg(image.view(), testing::JpegSpec{.segments = {{kApp11, to_bytes(jumbf)}}}));
  ASSERT_TRUE(jpeg.ok());
  EXPECT_TRUE(jpeg->metadata.had_c2pa);
  Bytes png = testing::make_png(image.view());
  const std::string_view chunk("\0\0\0\0caBX\x85\xc9\x06\x69", 12);  // empty; its checksum is not looked at
  png.insert(png.begin() + 33, chunk.begin(), chunk.end());          // behind the header
  const auto photo = read_photo(png);
  ASSERT_TRUE(photo.ok()) << photo.status().message();
  EXPECT_TRUE(photo->metadata.had_c2pa);
}

TEST(ContentId, DependsOnEveryByteAndOnTheSizeButNotOnTheStride) {
  const Image image = test_image(19, 7);
  const std::string id = content_id(image.view());
  EXPECT_EQ(id.size(), 32u);
  Image wide(25, 7, PixelFormat::kRgb8);
  for (int y = 0; y < 7; ++y) std::copy_n(image.view().row(y), 57, wide.mutable_view().row(y));
  ImageView part = wide.view();
  part.width = 19;
  EXPECT_EQ(content_id(part), id);
  for (int i = 0; i < 57 * 7; ++i) {
    Image changed = image.clone();
    changed.mutable_view().data[i] ^= 1;
    ASSERT_NE(content_id(changed.view()), id) << i;
  }
  EXPECT_NE(content_id(testing::filled_image(2, 3, PixelFormat::kRgb8, 0).view()),
            content_id(testing::filled_image(3, 2, PixelFormat::kRgb8, 0).view()));
  EXPECT_NE(content_id(as_bytes("a")), content_id(as_bytes(std::string_view("a\0", 2))));
}

}  // namespace
}  // namespace mien
