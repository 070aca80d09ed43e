#include "pipeline/quality_gate.h"

#include <gtest/gtest.h>

#include "face/crop.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

class QualityGate : public testing::Test {
 protected:
  static Face face_of(const Mesh& mesh, float yaw_deg = 0) {
    Face face;
    const LevelSquare square = level_square(mesh);
    const float half = square.side_px / 2;
    face.box = {square.centre.x - half, square.centre.y - half, square.centre.x + half,
                square.centre.y + half};
    face.mesh = mesh;
    face.pose.yaw_deg = yaw_deg;
    return face;
  }

  // A face with open eyes, closed lips, grain.
  FaceQuality good() const {
    FaceQuality q;
    q.width_px = 200, q.sharpness = 0.2f, q.brightness = 0.5f, q.eye_opening = 0.3f;
    return q;
  }

  static std::vector<std::pair<QualityReason, bool>> reasons(const std::vector<QualityRemark>& remarks) {
    std::vector<std::pair<QualityReason, bool>> out;
    for (const QualityRemark& r : remarks) out.emplace_back(r.reason, r.refuses);
    return out;
  }

  std::unique_ptr<FaceModel> model_ = load_model();
};

TEST_F(QualityGate, AGoodFaceHasNoRemarks) {
  EXPECT_TRUE(judge_target(Face{}, good()).empty());
  EXPECT_TRUE(judge_source(Face{}, good(), false).empty());
}

TEST_F(QualityGate, EachFigureHasItsReasonAndItsTwoLimits) {
  using enum QualityReason;
  const auto judged = [&](auto change) {
    FaceQuality q = good();
    Face face;
    change(&q, &face);
    const auto remarks = judge_target(face, q);
    for (const QualityRemark& r : remarks)
      EXPECT_NE(r.sentence.find("; "), std::string::npos) << r.sentence;  // what to do
    return reasons(remarks);
  };
  using List = std::vector<std::pair<QualityReason, bool>>;
  EXPECT_EQ(judged([](auto* q, auto*) { q->width_px = 31; }), (List{{kTooSmall, true}}));
  EXPECT_EQ(judged([](auto* q, auto*) { q->outside_share = 0.1f; }), (List{{kCutOff, false}}));
  EXPECT_EQ(judged([](auto* q, auto*) { q->outside_share = 0.5f; }), (List{{kCutOff, true}}));
  EXPECT_EQ(judged([](auto* q, auto*) { q->covered_share = 0.46f; }), (List{{kCovered, true}}));
  EXPECT_EQ(judged([](auto* q, auto*) { q->sharpness = 0.01f; }), (List{{kBlurred, true}}));
  EXPECT_EQ(judged([](auto* q, auto*) { q->brightness = 0.01f; }), (List{{kDark, true}}));
  EXPECT_EQ(judged([](auto* q, auto*) { q->brightness = 0.1f; }), (List{{kDark, false}}));
  EXPECT_EQ(judged([](auto*, auto* f) { f->pose.yaw_deg = -70; }), (List{{kExtremePose, true}}));
  EXPECT_EQ(judged([](auto*, auto* f) { f->pose.pitch_deg = 35; }), (List{{kExtremePose, false}}));
  // Whichever of the two is beyond its limit counts, also where the other is more of a warning.
  EXPECT_EQ(judged([](auto*, auto* f) { f->pose.yaw_deg = 64, f->pose.pitch_deg = 46; }),
            (List{{kExtremePose, true}}));
  EXPECT_EQ(judged([](auto*, auto* f) { f->pose.yaw_deg = 66, f->pose.pitch_deg = 44; }),
            (List{{kExtremePose, true}}));
  EXPECT_EQ(judged([](auto*, auto* f) { f->pose.yaw_deg = 41, f->pose.pitch_deg = 29; }),
            (List{{kExtremePose, false}}));
}

TEST_F(QualityGate, RefusalsComeBeforeWarningsAndAreTheSentence) {
  FaceQuality q = good();
  q.covered_share = 0.4f, q.brightness = 0.01f;
  const auto remarks = judge_target(Face{}, q);
  ASSERT_EQ(remarks.size(), 2u);
  EXPECT_TRUE(remarks[0].refuses && !remarks[1].refuses);
  EXPECT_TRUE(refused(remarks));
  EXPECT_EQ(sentences(remarks), remarks[0].sentence);
}

TEST_F(QualityGate, ASourceIsWarnedOfItsGlasses) {
  const auto remarks = judge_source(Face{}, good(), true);
  EXPECT_EQ(reasons(remarks),
            (std::vector<std::pair<QualityReason, bool>>{{QualityReason::kGlasses, false}}));
  EXPECT_STREQ(reason_name(QualityReason::kGlasses), "glasses");
}

TEST_F(QualityGate, ASourceIsWarnedOfClosedEyesAnOpenMouthAndAFewPixels) {
  FaceQuality q = good();
  q.eye_opening = 0.05f, q.mouth_opening = 0.3f, q.width_px = 60;
  const auto remarks = judge_source(Face{}, q, false);
  EXPECT_EQ(remarks.size(), 3u);
  EXPECT_FALSE(refused(remarks));
  EXPECT_TRUE(judge_target(Face{}, q).empty());
}

TEST_F(QualityGate, PoseGapWarnsThenRefuses) {
  EXPECT_FALSE(judge_pose_gap(30).has_value());
  EXPECT_FALSE(judge_pose_gap(50)->refuses);
  EXPECT_TRUE(judge_pose_gap(90)->refuses);
  EXPECT_FLOAT_EQ(pose_gap_deg({10, 0, 80}, {-15, 5, 0}), 25);
}

TEST_F(QualityGate, MeasuresBlurDarknessAndWhatIsCutOff) {
  const Mesh mesh = make_mesh(*model_, 200, 210, 14, 0, 0);
  const Image sharp = make_picture(400, 420, PixelFormat::kRgb8, 1, 1.0f),
              dark = make_picture(400, 420, PixelFormat::kRgb8, 1, 0.1f);
  Image flat = make_picture(400, 420, PixelFormat::kRgb8, 1, 1.0f);
  for (int y = 0; y < flat.height(); ++y) {
    for (int i = 0; i < 3 * flat.width(); ++i)
      flat.mutable_view().row(y)[i] = static_cast<std::uint8_t>(60 + i / 12);
  }
  const FaceQuality a = measure_quality(sharp.view(), face_of(mesh), nullptr),
                    b = measure_quality(flat.view(), face_of(mesh), nullptr);
  const FaceQuality c = measure_quality(dark.view(), face_of(mesh), nullptr);
  EXPECT_GT(a.sharpness, 3 * b.sharpness);
  EXPECT_LT(b.sharpness, 0.03f);
  EXPECT_NEAR(a.brightness, 0.66f, 0.08f);
  EXPECT_LT(c.brightness, 0.1f);
  EXPECT_EQ(a.outside_share, 0);
  EXPECT_NEAR(
      measure_quality(sharp.view(), face_of(make_mesh(*model_, 0, 210, 14, 0, 0)), nullptr).outside_share,
      0.5f, 0.06f);
}

}  // namespace
}  // namespace mien
