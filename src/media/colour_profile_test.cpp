// Colour profiles made with lcms2 itself, through whole files; expected colours by the textbook's formulas.
#include "media/colour_profile.h"

#include <gtest/gtest.h>
#include <lcms2.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <random>

#include "media/codec.h"
#include "media/encode.h"
#include "media/test_pictures.h"

namespace mien {
namespace {

using testing::contains;
using testing::largest_difference;
using testing::test_image;
using Rgb = std::array<double, 3>;

// A profile holds the second in which it was made: two calls may differ.
Bytes bytes_of(cmsHPROFILE profile) {
  cmsUInt32Number size = 0;
  EXPECT_TRUE(cmsSaveProfileToMem(profile, nullptr, &size));
  Bytes out(size);
  EXPECT_TRUE(cmsSaveProfileToMem(profile, out.data(), &size));
  cmsCloseProfile(profile);
  return out;
}

constexpr cmsCIExyY kD65{0.3127, 0.3290, 1};

Bytes rgb_profile(const cmsCIExyYTRIPLE& primaries, cmsToneCurve* curve) {
  cmsToneCurve* curves[3] = {curve, curve, curve};
  Bytes out = bytes_of(cmsCreateRGBProfile(&kD65, &primaries, curves));
  cmsFreeToneCurve(curve);
  return out;
}

cmsToneCurve* srgb_curve() {
  const double p[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  return cmsBuildParametricToneCurve(nullptr, 4, p);
}

Bytes display_p3() {
  return rgb_profile({{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}}, srgb_curve());
}
Bytes adobe_rgb() {
  return rgb_profile({{0.640, 0.330, 1}, {0.210, 0.710, 1}, {0.150, 0.060, 1}},
                     cmsBuildGamma(nullptr, 563.0 / 256));
}
Bytes srgb() { return bytes_of(cmsCreate_sRGBProfile()); }

// Inks by their plain formula as a table: what rgb_from_cmyk() gives, so that a profile for it changes
// nothing but rounding.
cmsInt32Number plain_inks(const cmsUInt16Number in[], cmsUInt16Number out[], void*) {
  const double paper = 1 - in[3] / 65535.0;
  double rgb[3];
  for (int c = 0; c < 3; ++c) rgb[c] = (1 - in[c] / 65535.0) * paper;
  const cmsHPROFILE from = cmsCreate_sRGBProfile(), lab = cmsCreateLab4Profile(nullptr);
  const cmsHTRANSFORM to_lab =
      cmsCreateTransform(from, TYPE_RGB_DBL, lab, TYPE_Lab_16, INTENT_RELATIVE_COLORIMETRIC, 0);
  cmsDoTransform(to_lab, rgb, out, 1);
  cmsDeleteTransform(to_lab), cmsCloseProfile(from), cmsCloseProfile(lab);
  return 1;
}

Bytes cmyk_profile() {
  const cmsHPROFILE profile = cmsCreateProfilePlaceholder(nullptr);
  cmsSetProfileVersion(profile, 4.2);
  cmsSetDeviceClass(profile, cmsSigOutputClass), cmsSetColorSpace(profile, cmsSigCmykData),
      cmsSetPCS(profile, cmsSigLabData);
  cmsPipeline* lut = cmsPipelineAlloc(nullptr, 4, 3);
  cmsStage* table = cmsStageAllocCLut16bit(nullptr, 5, 4, 3, nullptr);
  EXPECT_TRUE(cmsStageSampleCLut16bit(table, plain_inks, nullptr, 0));
  // Identity curves before and behind: the file format wants all three.
  EXPECT_TRUE(cmsPipelineInsertStage(lut, cmsAT_END, cmsStageAllocToneCurves(nullptr, 4, nullptr)));
  EXPECT_TRUE(cmsPipelineInsertStage(lut, cmsAT_END, table));
  EXPECT_TRUE(cmsPipelineInsertStage(lut, cmsAT_END, cmsStageAllocToneCurves(nullptr, 3, nullptr)));
  EXPECT_TRUE(cmsWriteTag(profile, cmsSigAToB0Tag, lut) && cmsWriteTag(profile, cmsSigAToB1Tag, lut));
  cmsPipelineFree(lut);
  return bytes_of(profile);
}

Photo decoded(const Image& image, const Bytes& icc, FileFormat format = FileFormat::kPng) {
  Metadata metadata;
  metadata.icc = icc;
  const auto file = encode_plain(image.view(), metadata, format, 100);
  EXPECT_TRUE(file.ok()) << (file.ok() ? "" : file.status().message());
  auto photo = read_photo(*file);
  EXPECT_TRUE(photo.ok()) << (photo.ok() ? "" : photo.status().message());
  return std::move(*photo);
}

double linear(double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); }
double encoded(double v) { return v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055; }

// Display P3 to sRGB, both D65 (the matrix of CSS Color 4, section 18).
Rgb srgb_from_p3(const Rgb& in) {
  const double r = linear(in[0] / 255), g = linear(in[1] / 255), b = linear(in[2] / 255);
  return {255 * encoded(1.2249401763 * r - 0.2249401763 * g),
          255 * encoded(-0.0420569547 * r + 1.0420569547 * g),
          255 * encoded(-0.0196375546 * r - 0.0786360456 * g + 1.0982736001 * b)};
}

Image one_colour(std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  Image out(20, 12, PixelFormat::kRgb8);
  for (int i = 0; i < 20 * 12; ++i) {
    const std::uint8_t colour[3] = {r, g, b};
    std::copy_n(colour, 3, out.mutable_view().data + 3 * i);
  }
  return out;
}

TEST(ColourProfile, DisplayP3BecomesTheSrgbThatTheFormulasGive) {
  for (const auto& [r, g, b] :
       {std::array<std::uint8_t, 3>{200, 140, 120}, {90, 60, 50}, {128, 128, 128}, {60, 90, 70}}) {
    const Photo photo = decoded(one_colour(r, g, b), display_p3());
    const Rgb expected = srgb_from_p3({double(r), double(g), double(b)});
    for (int c = 0; c < 3; ++c)
      EXPECT_NEAR(photo.image.view().data[c], expected[c], 1.0) << int{r} << " channel " << c;
    EXPECT_EQ(photo.remark, "");
    ASSERT_TRUE(photo.metadata.original);
    EXPECT_EQ(photo.metadata.original->view().data[0], r);
  }
}

TEST(ColourProfile, AdobeRgbGetsItsSaturationBack) {
  // Same green and white as sRGB, red and blue brought nearer to green (Adobe RGB (1998), section 4.3.4).
  const auto light = [](int v) { return std::pow(v / 255.0, 563.0 / 256); };
  const double r = light(150), g = light(120), b = light(100);
  const Rgb expected = {255 * encoded(1.39836 * r - 0.39836 * g), 255 * encoded(g),
                        255 * encoded(-0.04293 * g + 1.04293 * b)};
  const Photo photo = decoded(one_colour(150, 120, 100), adobe_rgb());
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(photo.image.view().data[c], expected[c], 1.0) << c;
  EXPECT_GT(photo.image.view().data[0], 155);
}

TEST(ColourProfile, SrgbKeepsEveryBitAndNoSecondCopy) {
  const Image image = test_image(40, 30);
  const Bytes icc = srgb();
  const Photo photo = decoded(image, icc);
  EXPECT_EQ(largest_difference(photo.image.view(), image.view()), 0);
  EXPECT_FALSE(photo.metadata.original);
  EXPECT_EQ(photo.metadata.icc, icc);
  EXPECT_EQ(photo.remark, "");
}

TEST(ColourProfile, GreyOfAnotherGammaBecomesSrgb) {
  cmsToneCurve* curve = cmsBuildGamma(nullptr, 1.0);
  const Bytes icc = bytes_of(cmsCreateGrayProfile(cmsD50_xyY(), curve));
  cmsFreeToneCurve(curve);
  const Bytes file = testing::make_jpeg(
      16, 16, [](int, int) { return std::vector<std::uint8_t>{55}; },
      {.samples = JCS_GRAYSCALE,
       .stored = JCS_GRAYSCALE,
       .segments = {{0xE2, [&] {
                       Bytes segment = to_bytes(std::string_view("ICC_PROFILE\0\x01\x01", 14));
                       segment.insert(segment.end(), icc.begin(), icc.end());
                       return segment;
                     }()}}});
  const auto photo = read_photo(file);
  ASSERT_TRUE(photo.ok()) << photo.status().message();
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(photo->image.view().data[c], 128, 1);  // 55/255 of the light
  EXPECT_TRUE(photo->metadata.icc.empty());
}

TEST(ColourProfile, AGreyProfileOnAColourPictureIsIgnoredWithARemark) {
  cmsToneCurve* curve = cmsBuildGamma(nullptr, 1.0);
  const Bytes icc = bytes_of(cmsCreateGrayProfile(cmsD50_xyY(), curve));
  cmsFreeToneCurve(curve);
  Metadata metadata;
  metadata.icc = icc;
  const auto file = encode_plain(one_colour(200, 100, 50).view(), metadata, FileFormat::kJpeg, 100);
  ASSERT_TRUE(file.ok());
  const auto photo = read_photo(*file);
  ASSERT_TRUE(photo.ok());
  EXPECT_NEAR(photo->image.view().data[0], 200, 3);
  EXPECT_NEAR(photo->image.view().data[2], 50, 3);
  EXPECT_TRUE(contains(photo->remark, "grey"));
}

TEST(ColourProfile, InksGoThroughTheirProfileWhicheverWayTheyAreStored) {
  const Bytes icc = cmyk_profile();
  Bytes segment = to_bytes(std::string_view("ICC_PROFILE\0\x01\x01", 14));
  segment.insert(segment.end(), icc.begin(), icc.end());
  ASSERT_LT(segment.size(), 65'000u);
  for (const bool adobe : {false, true}) {
    const auto pixel = [adobe](int, int) {
      std::vector<std::uint8_t> inks = {40, 110, 130, 30};
      for (std::uint8_t& ink : inks) ink = adobe ? static_cast<std::uint8_t>(255 - ink) : ink;
      return inks;
    };
    const auto photo = read_photo(testing::make_jpeg(
        16, 16, pixel,
        {.samples = JCS_CMYK, .stored = JCS_CMYK, .adobe_marker = adobe, .segments = {{0xE2, segment}}}));
    ASSERT_TRUE(photo.ok()) << photo.status().message();
    EXPECT_EQ(photo->remark, "");
    EXPECT_TRUE(photo->metadata.icc.empty());
    const int inks[3] = {40, 110, 130};
    for (int c = 0; c < 3; ++c)
      EXPECT_NEAR(photo->image.view().data[c], (255 - inks[c]) * 225 / 255, 12)
          << adobe << c;  // a coarse table
  }
}

TEST(ColourProfile, WhatWasNotFusedKeepsEveryBitInTheTargetsProfile) {
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kRgba8}) {
    const Image image = test_image(57, 31, format);
    const Bytes icc = display_p3();
    Photo photo = decoded(image, icc);
    ASSERT_TRUE(photo.metadata.original);
    Image fused = photo.image.clone();
    std::uint8_t* changed = fused.mutable_view().row(7) + 9 * channel_count(format);
    changed[0] = 180, changed[1] = 120, changed[2] = 100;
    const auto file =
        encode_image(testing::fused_picture(std::move(fused)), photo.metadata, FileFormat::kPng);
    ASSERT_TRUE(file.ok()) << file.status().message();
    const auto stored = decode_png(*file, {});
    ASSERT_TRUE(stored.ok());
    EXPECT_EQ(stored->metadata.icc, icc);
    Image expected = image.clone();
    std::uint8_t* at = expected.mutable_view().row(7) + 9 * channel_count(format);
    const std::uint8_t* seen = stored->image.view().row(7) + 9 * channel_count(format);
    const Rgb back = srgb_from_p3({double(seen[0]), double(seen[1]), double(seen[2])});
    EXPECT_NEAR(back[0], 180, 1.5);
    EXPECT_NEAR(back[1], 120, 1.5);
    EXPECT_NEAR(back[2], 100, 1.5);
    std::copy_n(seen, 3, at);
    EXPECT_EQ(largest_difference(stored->image.view(), expected.view()), 0);
  }
}

TEST(ColourProfile, AFeatheredEdgeOverAColourBeyondSrgbHasNoStep) {
  // P3's purest green does not fit into sRGB. A small change must change it by little.
  const Photo photo = decoded(one_colour(0, 255, 0), display_p3());
  Image fused = photo.image.clone();
  for (int x = 0; x < 20; ++x)
    fused.mutable_view().row(5)[3 * x] = static_cast<std::uint8_t>(fused.view().row(5)[3 * x] + x);
  const auto out = in_profile_of(photo.metadata.original->view(), photo.metadata.icc, fused.view());
  ASSERT_TRUE(out.ok()) << out.status().message();
  EXPECT_EQ(out->view().row(4)[0], 0);
  for (int x = 1; x < 20; ++x) {
    const int step = std::abs(out->view().row(5)[3 * x] - out->view().row(5)[3 * (x - 1)]);
    EXPECT_LE(step, 14) << x;
  }
}

TEST(ColourProfile, AnotherPictureThanTheTargetIsRefused) {
  const Photo photo = decoded(test_image(40, 30), display_p3());
  const auto file =
      encode_image(testing::fused_picture(test_image(41, 30)), photo.metadata, FileFormat::kPng);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.status().code(), Code::kInvalidArgument);
}

TEST(ColourProfile, DamageIsIgnoredWithARemark) {
  const Image image = test_image(24, 18);
  Bytes cut = display_p3();
  cut.resize(cut.size() / 2);
  const Photo photo = decoded(image, cut, FileFormat::kWebp);
  EXPECT_TRUE(contains(photo.remark, "cannot be used")) << photo.remark;
  EXPECT_FALSE(photo.metadata.original);
  EXPECT_EQ(largest_difference(photo.image.view(), image.view()), 0);
  EXPECT_EQ(photo.metadata.icc, cut);  // what viewers made of it outside of the face they still make
}

TEST(ColourProfile, NoDamageAnywhereIsMoreThanARemark) {
  const Bytes whole = display_p3();
  const Image image = test_image(12, 9);
  std::mt19937 random(5);
  for (int i = 0; i < 200; ++i) {
    Bytes icc = whole;
    for (int k = 0; k < 1 + i % 3; ++k)
      icc[random() % icc.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
    const Photo photo = decoded(image, icc, FileFormat::kWebp);
    ASSERT_EQ(photo.image.width(), 12);
    if (photo.metadata.original) {
      ASSERT_EQ(largest_difference(photo.metadata.original->view(), image.view()), 0);
      const auto out = in_profile_of(photo.metadata.original->view(), photo.metadata.icc, photo.image.view());
      ASSERT_TRUE(out.ok()) << out.status().message();
      ASSERT_EQ(largest_difference(out->view(), image.view()), 0);
    }
  }
}

}  // namespace
}  // namespace mien
