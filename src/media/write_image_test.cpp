#include <gtest/gtest.h>

#include <chrono>

#include "media/encode.h"
#include "media/test_pictures.h"

namespace mien {
namespace {

using testing::contains;
using testing::fused_picture;
using testing::TempFolder;
using testing::test_image;
using Names = std::vector<std::string>;

TEST(WriteImage, WritesTheFormatOfTheExtensionWithItsLabel) {
  const TempFolder folder;
  for (const auto& [name, format] : {std::pair{"a.jpg", FileFormat::kJpeg},
                                     {"a.JPEG", FileFormat::kJpeg},
                                     {"a.jpe", FileFormat::kJpeg},
                                     {"a.png", FileFormat::kPng},
                                     {"a.WebP", FileFormat::kWebp}}) {
    const auto label = write_image(fused_picture(test_image(40, 30)), {}, folder / name);
    ASSERT_TRUE(label.ok()) << label.status().message();
    EXPECT_TRUE(label->labelled_as_synthetic());
    const auto photo = read_photo(folder / name);
    ASSERT_TRUE(photo.ok());
    EXPECT_EQ(photo->format, format);
    EXPECT_TRUE(verify_label(folder / name).ok());
    EXPECT_EQ(read_label(folder / name)->aigc->json, label->aigc->json);
  }
}

TEST(WriteImage, PrefersTheStatedFormat) {
  const TempFolder folder;
  EncodeOptions options;
  options.format = FileFormat::kPng;
  ASSERT_TRUE(write_image(fused_picture(test_image(40, 30)), {}, folder / "no extension", options).ok());
  EXPECT_EQ(read_photo(folder / "no extension")->format, FileFormat::kPng);
}

TEST(WriteImage, RefusesWhatItCannotDoBeforeAnyWork) {
  const TempFolder folder;
  const auto refused = [&](const char* name, const EncodeOptions& options, Code code, const char* sentence) {
    const auto label = write_image(fused_picture(test_image(4, 3)), {}, folder / name, options);
    ASSERT_FALSE(label.ok()) << name;
    EXPECT_EQ(label.status().code(), code) << name;
    EXPECT_TRUE(contains(label.status().message(), sentence)) << label.status().message();
    EXPECT_EQ(check_output(folder / name, options).status().message(), label.status().message());
  };
  refused("a.gif", {}, Code::kInvalidArgument, "has the extension \".gif\", expected .jpg, .png or .webp");
  refused("a", {}, Code::kInvalidArgument, "has no extension");
  for (const int quality : {0, 101, -5}) {
    refused("a.jpg", {.quality = quality}, Code::kInvalidArgument,
            ("quality is " + std::to_string(quality)).c_str());
  }
  refused("none/a.jpg", {}, Code::kUnwritable, "does not exist");
  testing::write_bytes(folder / "there.jpg", as_bytes("x"));
  refused("there.jpg", {}, Code::kUnwritable, "exists already");
  EXPECT_EQ(folder.names(), Names{"there.jpg"});
  EXPECT_TRUE(check_output(folder / "new.png").ok());
  EXPECT_TRUE(check_output(folder / "there.jpg", {.overwrite = true}).ok());
  ASSERT_TRUE(
      write_image(fused_picture(test_image(4, 3)), {}, folder / "there.jpg", {.overwrite = true}).ok());
  EXPECT_TRUE(verify_label(folder / "there.jpg").ok());
}

TEST(WriteImage, RefusesAPictureThatWasNeverFused) {
  const TempFolder folder;
  const auto label = write_image(FusedImage{}, {}, folder / "a.jpg");
  ASSERT_FALSE(label.ok());
  EXPECT_EQ(label.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(folder.names(), Names{});
}

TEST(WriteImage, CarriesProfileExifAndAlpha) {
  const TempFolder folder;
  Metadata target;
  target.icc = testing::make_icc();
  target.exif = testing::make_exif(1, 40, 30);
  const Image image = test_image(40, 30, PixelFormat::kRgba8);
  ASSERT_TRUE(write_image(fused_picture(image.clone()), target, folder / "a.png").ok());
  const auto photo = read_photo(folder / "a.png");
  ASSERT_TRUE(photo.ok());
  EXPECT_EQ(photo->metadata.icc, target.icc);
  EXPECT_EQ(photo->metadata.exif, target.exif);
  EXPECT_EQ(testing::largest_difference(photo->image.view(), image.view()), 0);
  // The same as a JPEG is laid on white: the left edge is transparent.
  ASSERT_TRUE(write_image(fused_picture(image.clone()), target, folder / "a.jpg").ok());
  const auto flat = read_photo(folder / "a.jpg");
  ASSERT_TRUE(flat.ok());
  EXPECT_NEAR(flat->image.view().row(15)[0], 255, 6);
}

TEST(ReadPhoto, SaysWhatAFileIsInsteadOfAPicture) {
  const TempFolder folder;
  using namespace std::string_view_literals;
  for (const auto& [content, what] : {std::pair{"just words\n"sv, "a text file"},
                                      {"GIF89a....."sv, "a GIF picture"},
                                      {"\0\0\0\x18"
                                       "ftypheic...."sv,
                                       "a HEIC picture"},
                                      {"\0\0\0\x18"
                                       "ftypavis...."sv,
                                       "an animated AVIF picture"},
                                      {"\0\0\0\x18"
                                       "ftypisom...."sv,
                                       "a video or audio file"},
                                      {"II*\0......"sv, "a TIFF or camera raw picture"},
                                      {"%PDF-1.7"sv, "a PDF document"},
                                      {"\x01\x02\x03\x04"sv, "of no picture format known here"}}) {
    testing::write_bytes(folder / "a.jpg", as_bytes(content));
    const auto photo = read_photo(folder / "a.jpg");
    ASSERT_FALSE(photo.ok());
    EXPECT_EQ(photo.status().code(), Code::kUnreadable);
    EXPECT_TRUE(contains(photo.status().message(),
                         std::string("a.jpg: is ") + what + ", expected a JPEG, PNG or WebP"))
        << photo.status().message();
  }
}

TEST(ReadPhoto, JudgesByContentNotByName) {
  const TempFolder folder;
  testing::write_bytes(folder / "really a png.jpg", testing::make_png(test_image(4, 3).view()));
  const auto photo = read_photo(folder / "really a png.jpg");
  ASSERT_TRUE(photo.ok());
  EXPECT_EQ(photo->format, FileFormat::kPng);
}

TEST(ReadPhoto, ReadsASinglePixel) {
  for (const FileFormat format : {FileFormat::kJpeg, FileFormat::kPng, FileFormat::kWebp}) {
    const auto file =
        encode_plain(testing::filled_image(1, 1, PixelFormat::kRgb8, 99).view(), {}, format, 100);
    ASSERT_TRUE(file.ok());
    const auto photo = read_photo(*file);
    ASSERT_TRUE(photo.ok());
    EXPECT_NEAR(photo->image.view().row(0)[1], 99, 1);
  }
}

TEST(ReadPhoto, NamesTheFileWhenItIsTruncated) {
  const TempFolder folder;
  const Bytes whole = testing::make_jpeg(test_image(40, 30).view());
  testing::write_bytes(folder / "cut.jpg", ByteView(whole).first(whole.size() / 2));
  const auto photo = read_photo(folder / "cut.jpg");
  ASSERT_FALSE(photo.ok());
  EXPECT_TRUE(contains(photo.status().message(), "cut.jpg: is truncated")) << photo.status().message();
}

}  // namespace
}  // namespace mien
