#include "api/enrol_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <random>

#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr char kNetwork[] = "identity:12345678";

class EnrolFile : public testing::Test {
 protected:
  static ContentPtr make(int width, int height, float px_per_cm, float identity_length = 1) {
    const Image picture = make_picture(width, height, PixelFormat::kRgb8, 3, 1.0f);
    SourceAnalysis analysis;
    analysis.face.mesh =
        make_mesh(*model_, static_cast<float>(width) / 2, static_cast<float>(height) / 2, px_per_cm, 30, 4);
    analysis.face.box = {10, 20, 10 + 15 * px_per_cm, 20 + 15 * px_per_cm};
    analysis.face.pose = {30, -2, 1};
    analysis.identity.emplace().values[5] = identity_length;
    Trace trace;
    auto content = make_source(picture.view(), analysis, *model_, trace);
    EXPECT_TRUE(content.ok()) << (content.ok() ? "" : content.status().message());
    return *content;
  }

  static void SetUpTestSuite() {
    model_ = load_model().release();
    source_ = new ContentPtr(make(300, 320, 11));
    auto bytes = pack_source(**source_, kNetwork);
    ASSERT_TRUE(bytes.ok()) << bytes.status().message();
    bytes_ = new std::vector<std::uint8_t>(std::move(*bytes));
  }
  static void TearDownTestSuite() { delete bytes_, delete source_, delete model_; }

  static void refused(std::span<const std::uint8_t> bytes, const std::string& part) {
    const auto result = unpack_source(bytes, *model_, kNetwork);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.status().code(), Code::kUnreadable);
    EXPECT_NE(result.status().message().find(part), std::string::npos) << result.status().message();
  }

  static FaceModel* model_;
  static ContentPtr* source_;
  static std::vector<std::uint8_t>* bytes_;
};
FaceModel* EnrolFile::model_ = nullptr;
ContentPtr* EnrolFile::source_ = nullptr;
std::vector<std::uint8_t>* EnrolFile::bytes_ = nullptr;

TEST_F(EnrolFile, KeepsEverythingAndPixelsNearly) {
  const auto result = unpack_source(*bytes_, *model_, kNetwork);
  ASSERT_TRUE(result.ok()) << result.status().message();
  const Source::Content &a = **source_, &b = **result;
  EXPECT_EQ(std::memcmp(&a.face, &b.face, sizeof(Face)), 0);
  EXPECT_EQ(a.shape.identity, b.shape.identity);
  EXPECT_EQ(a.shape.expression, b.shape.expression);
  EXPECT_EQ(a.shape.residual, b.shape.residual);
  EXPECT_EQ(a.shape.rotation, b.shape.rotation);
  EXPECT_EQ(a.texture.own_share, b.texture.own_share);
  EXPECT_EQ(a.texture.uses_mirror, b.texture.uses_mirror);
  EXPECT_EQ(a.texture.levels.size(), b.texture.levels.size());
  EXPECT_EQ(a.identity->values, b.identity->values);
  EXPECT_EQ(a.warnings, b.warnings);
  const Image &p = a.texture.levels[0], &q = b.texture.levels[0];
  ASSERT_TRUE(p.width() == q.width() && p.height() == q.height());
  double error = 0;
  const std::size_t size = static_cast<std::size_t>(p.view().stride_bytes) * p.height();
  for (std::size_t i = 0; i < size; ++i) error += std::abs(p.view().data[i] - q.view().data[i]);
  EXPECT_LT(error / static_cast<double>(size), 3);  // noise is the worst case for JPEG
}

TEST_F(EnrolFile, StaysBelowItsLimitEvenForALargeNoisyFace) {
  const auto bytes = pack_source(*make(2000, 2200, 90), kNetwork);
  ASSERT_TRUE(bytes.ok()) << bytes.status().message();
  EXPECT_LE(bytes->size(), kLargestSourceFile);
  EXPECT_TRUE(unpack_source(*bytes, *model_, kNetwork).ok());
}

TEST_F(EnrolFile, ANewerVersionIsNamed) {
  auto bytes = *bytes_;
  bytes[8] = 2;
  refused(bytes, "version 2 is newer than this program, which reads up to version 1");
}

TEST_F(EnrolFile, EveryTruncationIsRefused) {
  for (std::size_t size = 0; size < bytes_->size(); size += 1 + size / 50) {
    const auto result = unpack_source({bytes_->data(), size}, *model_, kNetwork);
    ASSERT_FALSE(result.ok()) << size;
    EXPECT_EQ(result.status().code(), Code::kUnreadable);
  }
  refused({bytes_->data(), bytes_->size() - 1}, "cut short");
  auto longer = *bytes_;
  longer.push_back(0);
  refused(longer, "1 bytes too many");
}

TEST_F(EnrolFile, AThousandBitFlipsAreAllFound) {
  std::mt19937 random(9);
  for (int i = 0; i < 1000; ++i) {
    auto bytes = *bytes_;
    // A third of them in the header, where they change what is read.
    const std::size_t range = i % 3 == 0 ? 80 : bytes.size();
    bytes[random() % range] ^= static_cast<std::uint8_t>(1u << random() % 8);
    const auto result = unpack_source(bytes, *model_, kNetwork);
    ASSERT_FALSE(result.ok()) << i;
    EXPECT_EQ(result.status().code(), Code::kUnreadable);
    EXPECT_FALSE(result.status().message().empty());
  }
}

// Somebody who can compute a SHA-256 can write any content: it must be refused or read, never crash.
TEST_F(EnrolFile, DamageUnderAValidChecksumIsRefusedOrHarmless) {
  const auto opened = open_sealed(kSourceKind, *bytes_);
  ASSERT_TRUE(opened.ok());
  std::mt19937 random(10);
  int refusals = 0;
  for (int i = 0; i < 400; ++i) {
    std::vector<std::uint8_t> content(opened->begin(), opened->end());
    const std::size_t range = i % 2 ? content.size() : std::size_t{200};
    for (int k = 0; k < 4; ++k) content[random() % range] ^= static_cast<std::uint8_t>(1u << random() % 8);
    if (i % 5 == 0) content.resize(random() % content.size());
    const auto result = unpack_source(seal(kSourceKind, content), *model_, kNetwork);
    if (!result.ok()) {
      ++refusals;
    } else {
      EXPECT_FALSE((*result)->texture.levels.empty());
    }
  }
  EXPECT_GT(refusals, 80);
}

TEST_F(EnrolFile, AnIdentityOfOtherWeightsIsDroppedWithAWarning) {
  const auto result = unpack_source(*bytes_, *model_, "identity:other");
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE((*result)->identity.has_value());
  EXPECT_NE((*result)->warnings.back().find("other weights"), std::string::npos);
}

TEST_F(EnrolFile, AnIdentityThatIsNoDirectionIsRefused) {
  for (const float length : {0.0f, 0.5f, 100.0f}) {
    const auto bytes = pack_source(*make(300, 320, 11, length), kNetwork);
    ASSERT_TRUE(bytes.ok());
    refused(*bytes, "its identity has length");
  }
}

TEST_F(EnrolFile, AnAnalysisWhoseIdentityIsNoDirectionIsRefused) {
  SourceAnalysis analysis;
  analysis.face = (*source_)->face;
  for (const float length : {0.0f, 0.5f, 1.0f, 100.0f}) {
    analysis.identity.emplace().values[5] = length;
    const auto result = unpack_analysis(pack_analysis(analysis));
    EXPECT_EQ(result.ok(), length == 1) << length;
    if (!result.ok()) EXPECT_NE(result.status().message().find("its identity has length"), std::string::npos);
  }
}

TEST_F(EnrolFile, AnAnalysisComesBackBitByBit) {
  SourceAnalysis analysis;
  analysis.face = (*source_)->face;
  analysis.identity = (*source_)->identity;
  RegionMap& map = analysis.regions.emplace();
  map.probability.resize(kRegionClasses, 6, 5);
  for (std::size_t i = 0; i < map.probability.values.size(); ++i)
    map.probability.values[i] = static_cast<float>(i) / 300;
  map.map_from_frame = {1, 2, 3, 4, 5, 6};
  UncoveredFace& uncovered = analysis.uncovered.emplace();
  uncovered.colours = make_picture(8, 8, PixelFormat::kRgba8, 7, 1.0f);
  uncovered.crop_from_photo = {6, 5, 4, 3, 2, 1};
  uncovered.clear_glasses = true;
  const auto bytes = pack_analysis(analysis);
  const auto result = unpack_analysis(bytes);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(std::memcmp(&result->face, &analysis.face, sizeof(Face)), 0);
  EXPECT_EQ(result->regions->probability.values, map.probability.values);
  EXPECT_EQ(result->regions->map_from_frame.f, 6);
  ASSERT_TRUE(result->uncovered.has_value());
  EXPECT_EQ(result->uncovered->crop_from_photo.a, 6);
  EXPECT_TRUE(result->uncovered->clear_glasses);
  EXPECT_EQ(std::memcmp(result->uncovered->colours.view().data, uncovered.colours.view().data, 8 * 8 * 4), 0);
  for (std::size_t i = 0; i < bytes.size(); i += 97) {
    auto damaged = bytes;
    damaged[i] ^= 4;
    EXPECT_FALSE(unpack_analysis(damaged).ok()) << i;
  }
}

}  // namespace
}  // namespace mien
