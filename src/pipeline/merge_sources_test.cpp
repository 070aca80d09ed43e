#include "pipeline/merge_sources.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "face/crop.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

class MergeSources : public testing::Test {
 protected:
  // A person's photo without networks.
  EnrolledPhoto photo(int number, float yaw_deg, float brightness, int person, float likeness = 1,
                      float px_per_cm = 14, bool glasses = false) {
    const Image picture =
        make_picture(400, 420, PixelFormat::kRgb8, static_cast<unsigned>(number), brightness);
    SourceAnalysis analysis;
    analysis.face.mesh = make_mesh(*model_, 200, 210, px_per_cm, yaw_deg, 0);
    analysis.face.pose.yaw_deg = yaw_deg;
    const LevelSquare square = level_square(analysis.face.mesh);
    const float half = square.side_px / 2;
    analysis.face.box = {square.centre.x - half, square.centre.y - half, square.centre.x + half,
                         square.centre.y + half};
    Identity& identity = analysis.identity.emplace();
    identity.values[static_cast<std::size_t>(person)] = likeness;
    identity.values[static_cast<std::size_t>(100 + number)] = std::sqrt(1 - likeness * likeness);
    if (glasses) analysis.uncovered.emplace().clear_glasses = true;
    auto content = make_source(picture.view(), analysis, *model_, trace_);
    EXPECT_TRUE(content.ok()) << (content.ok() ? "" : content.status().message());
    return {number, *content};
  }

  std::unique_ptr<FaceModel> model_ = load_model();
  ThreadPool pool_{1};
  Trace trace_;
};

TEST_F(MergeSources, AStrangersPhotoIsLeftOutWithASentence) {
  std::vector<std::string> rejections;
  const auto kept = without_strangers(
      {photo(1, 0, 1, 1, 0.8f), photo(2, 0, 1, 1, 0.9f), photo(3, 0, 1, 2), photo(4, 0, 1, 1, 0.7f)},
      &rejections);
  ASSERT_EQ(kept.size(), 3u);
  ASSERT_EQ(rejections.size(), 1u);
  EXPECT_NE(rejections[0].find("photo 3 shows another person, similarity 0.00"), std::string::npos)
      << rejections[0];
}

TEST_F(MergeSources, OfTwoPhotosThatDisagreeTheFirstStays) {
  std::vector<std::string> rejections;
  const auto kept = without_strangers({photo(1, 0, 1, 1), photo(2, 0, 1, 2)}, &rejections);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].number, 1);
}

TEST_F(MergeSources, OfTwoAlikeThePhotoWithoutGlassesGivesMostPixels) {
  const EnrolledPhoto glasses = photo(1, 0, 1, 1, 1, 14, true);
  EnrolledPhoto bare = photo(1, 0, 1, 1, 1, 14);
  bare.number = 2;
  ASSERT_EQ(glasses.content->warnings.size(), bare.content->warnings.size() + 1);
  EXPECT_EQ(merge_sources({glasses, bare}, *model_, pool_, {})->warnings.size(),
            bare.content->warnings.size());
}

TEST_F(MergeSources, FrontalPhotoFillsTheFarSideOfATurnedOne) {
  const EnrolledPhoto turned = photo(1, 45, 1, 1);
  const EnrolledPhoto other_side = photo(2, -45, 1, 1);
  EXPECT_LT(turned.content->texture.own_share[454], 0.1f);
  const ContentPtr merged = merge_sources({turned, other_side}, *model_, pool_, {});
  const auto& share = merged->texture.own_share;
  EXPECT_GT(share[454], 0.9f);
  EXPECT_GT(share[234], 0.9f);
  EXPECT_EQ(merged->photo_count, 2);
}

TEST_F(MergeSources, EqualPhotosChangeNoPixel) {
  const EnrolledPhoto a = photo(1, 0, 1, 1), b = photo(2, 0, 1, 1);
  const ContentPtr merged = merge_sources({a, b}, *model_, pool_, {});
  const ImageView before = a.content->texture.levels[0].view(), other = b.content->texture.levels[0].view(),
                  after = merged->texture.levels[0].view();
  const std::size_t size = static_cast<std::size_t>(before.stride_bytes) * before.height;
  EXPECT_TRUE(std::memcmp(before.data, after.data, size) == 0 ||
              std::memcmp(other.data, after.data, size) == 0);
}

TEST_F(MergeSources, ShapeAndIdentityAreMeans) {
  const EnrolledPhoto a = photo(1, 0, 1, 1, 0.9f), b = photo(2, 20, 1, 1, 0.9f);
  const ContentPtr merged = merge_sources({a, b}, *model_, pool_, {"a remark"});
  ASSERT_TRUE(merged->identity.has_value());
  EXPECT_NEAR(similarity(*merged->identity, *merged->identity), 1, 1e-4f);
  EXPECT_GT(similarity(*merged->identity, *a.content->identity),
            similarity(*b.content->identity, *a.content->identity));
  const float low = std::min(a.content->shape.identity[0], b.content->shape.identity[0]),
              high = std::max(a.content->shape.identity[0], b.content->shape.identity[0]);
  EXPECT_GE(merged->shape.identity[0], low - 1e-4f);
  EXPECT_LE(merged->shape.identity[0], high + 1e-4f);
}

TEST_F(MergeSources, WarningsNameThePhotoThatTheyAreAbout) {
  const EnrolledPhoto small = photo(2, 0, 1, 1, 1, 4);
  ASSERT_FALSE(small.content->warnings.empty());
  const ContentPtr merged = merge_sources({small}, *model_, pool_, {"a remark"});
  std::vector<std::string> expected = {"a remark"};
  for (const std::string& warning : small.content->warnings) expected.push_back("photo 2: " + warning);
  EXPECT_EQ(merged->warnings, expected);
}

}  // namespace
}  // namespace mien
