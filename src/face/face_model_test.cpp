#include "face/face_model.h"

#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <cmath>
#include <fstream>
#include <random>

#include "face/mirror.h"

namespace mien {
namespace {

std::vector<std::uint8_t> model_bytes() {
  std::ifstream file(std::string(MIEN_SOURCE_DIR) + "/models/face_model.bin", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class FaceModelTest : public testing::Test {
 protected:
  void SetUp() override {
    auto parsed = FaceModel::parse(model_bytes());
    ASSERT_TRUE(parsed.ok()) << parsed.status().message();
    model_ = std::make_unique<FaceModel>(std::move(*parsed));
  }

  Eigen::VectorXf coefficients(int count, float spread, unsigned seed) const {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, spread);
    Eigen::VectorXf c(count);
    for (float& v : c) v = normal(random);
    return c;
  }

  // A posed picture mesh of a canonical shape; the irises lie between the lids.
  static Mesh posed(const Eigen::Matrix3Xf& shape, float yaw_deg, float pitch_deg, float roll_deg) {
    const float k = 3.14159265f / 180;
    const Eigen::Matrix3f r = (Eigen::AngleAxisf(-roll_deg * k, Eigen::Vector3f::UnitZ()) *
                               Eigen::AngleAxisf(yaw_deg * k, Eigen::Vector3f::UnitY()) *
                               Eigen::AngleAxisf(-pitch_deg * k, Eigen::Vector3f::UnitX()))
                                  .toRotationMatrix();
    Mesh mesh{};
    for (int i = 0; i < kSurfacePoints; ++i) {
      const Eigen::Vector3f p = 14.0f * r * shape.col(i);
      mesh[i] = {200 + p.x(), 180 - p.y(), -p.z()};
    }
    return mesh;
  }

  std::unique_ptr<FaceModel> model_;
};

TEST_F(FaceModelTest, RecoversSyntheticShapeAndPose) {
  for (const auto& [yaw, pitch, roll] :
       {std::array{0.f, 0.f, 0.f}, {25.f, -10.f, 15.f}, {-40.f, 12.f, -30.f}}) {
    const auto identity = coefficients(model_->identity_count(), 0.6f, 1);
    const auto expression = Eigen::VectorXf(coefficients(model_->expression_count(), 0.15f, 2).cwiseAbs());
    const auto shape = model_->shape(identity, expression);
    const Mesh mesh = posed(shape, yaw, pitch, roll);
    const auto fit = model_->fit(mesh);
    ASSERT_TRUE(fit.ok());
    EXPECT_NEAR(fit->pose.yaw_deg, yaw, 3.0f);
    EXPECT_NEAR(fit->pose.pitch_deg, pitch, 3.0f);
    EXPECT_NEAR(fit->pose.roll_deg, roll, 3.0f);
    // What is left unexplained is small against the 8.9 cm between the outer eye corners.
    EXPECT_LT(std::sqrt(fit->residual.colwise().squaredNorm().mean()), 0.08f);
  }
}

TEST_F(FaceModelTest, FitThatLooksAtSumsFindsWhatThePlainOneFinds) {
  for (const auto& [yaw, pitch, roll] :
       {std::array{0.f, 0.f, 0.f}, {25.f, -10.f, 15.f}, {-40.f, 12.f, -30.f}}) {
    const auto expression = Eigen::VectorXf(coefficients(model_->expression_count(), 0.15f, 3).cwiseAbs());
    Mesh mesh =
        posed(model_->shape(coefficients(model_->identity_count(), 0.6f, 4), expression), yaw, pitch, roll);
    for (int i = 0; i < kSurfacePoints; ++i) mesh[i].x += static_cast<float>(i % 7) * 0.2f;
    const auto fast = model_->fit(mesh), plain = model_->fit_plain(mesh);
    ASSERT_TRUE(fast.ok() && plain.ok());
    EXPECT_LT((fast->rotation - plain->rotation).norm(), 2e-3f);
    EXPECT_NEAR(fast->scale / plain->scale, 1, 1e-3f);
    EXPECT_LT((fast->residual - plain->residual).cwiseAbs().maxCoeff(), 0.02f);  // cm
    EXPECT_LT((fast->identity - plain->identity).norm(), 0.02f * plain->identity.norm());
    EXPECT_LT((fast->expression - plain->expression).norm(), 0.02f * plain->expression.norm());
  }
}

TEST_F(FaceModelTest, MirroredMeshGivesMirroredPose) {
  const auto shape = model_->shape(coefficients(model_->identity_count(), 0.5f, 5),
                                   Eigen::VectorXf::Zero(model_->expression_count()));
  const Mesh mesh = posed(shape, 22, 9, -14);
  Mesh mirrored;
  for (int i = 0; i < kMeshPoints; ++i) {
    mirrored[i] = mesh[mirror_point(i)];
    mirrored[i].x = 399 - mirrored[i].x;
  }
  const auto a = model_->fit(mesh), b = model_->fit(mirrored);
  ASSERT_TRUE(a.ok() && b.ok());
  // ICT's modes are not exactly symmetric, hence the tolerance of half a degree.
  EXPECT_NEAR(a->pose.yaw_deg, -b->pose.yaw_deg, 0.5f);
  EXPECT_NEAR(a->pose.pitch_deg, b->pose.pitch_deg, 0.5f);
  EXPECT_NEAR(a->pose.roll_deg, -b->pose.roll_deg, 0.5f);
}

TEST_F(FaceModelTest, TransferFromItselfChangesNothing) {
  const Mesh mesh = posed(model_->shape(coefficients(model_->identity_count(), 0.5f, 8),
                                        Eigen::VectorXf::Zero(model_->expression_count())),
                          10, 5, 3);
  const auto fit = model_->fit(mesh);
  ASSERT_TRUE(fit.ok());
  const Mesh same = model_->with_identity_of(*fit, *fit, mesh, {});
  for (int i = 0; i < kMeshPoints; ++i) {
    EXPECT_NEAR(same[i].x, mesh[i].x, 1e-3f);
    EXPECT_NEAR(same[i].y, mesh[i].y, 1e-3f);
  }
}

TEST_F(FaceModelTest, TransferMovesTheInsideAndKeepsTheOutline) {
  const auto zero = Eigen::VectorXf(Eigen::VectorXf::Zero(model_->expression_count()));
  const Mesh a = posed(model_->shape(coefficients(model_->identity_count(), 0.8f, 8), zero), 0, 0, 0);
  const Mesh b = posed(model_->shape(coefficients(model_->identity_count(), 0.8f, 9), zero), 12, 4, 8);
  const auto fit_a = model_->fit(a), fit_b = model_->fit(b);
  ASSERT_TRUE(fit_a.ok() && fit_b.ok());
  const Mesh fused = model_->with_identity_of(*fit_a, *fit_b, b, {});
  const auto moved = [&](int i) { return std::hypot(fused[i].x - b[i].x, fused[i].y - b[i].y); };
  EXPECT_LT(moved(10), 1e-3f);
  EXPECT_LT(moved(152), 1e-3f);
  EXPECT_GT(moved(4) + moved(1) + moved(61) + moved(291), 1.0f);
}

TEST_F(FaceModelTest, MeshWithoutExtentIsRefusedWithASentence) {
  Mesh mesh{};
  const auto fit = model_->fit(mesh);
  ASSERT_FALSE(fit.ok());
  EXPECT_EQ(fit.status().code(), Code::kNoFace);
}

TEST(FaceModelFile, DamagedOnesAreRefused) {
  const auto good = model_bytes();
  ASSERT_GT(good.size(), 100'000u);
  EXPECT_LT(good.size(), 600'000u);
  for (const std::size_t length : {std::size_t{0}, std::size_t{7}, std::size_t{30}, std::size_t{5000},
                                   good.size() / 2, good.size() - 1}) {
    EXPECT_FALSE(FaceModel::parse(std::span(good).first(length)).ok()) << length;
  }
  auto longer = good;
  longer.push_back(0);
  EXPECT_FALSE(FaceModel::parse(longer).ok());
  auto other = good;
  other[7] = '2';
  EXPECT_FALSE(FaceModel::parse(other).ok());
}

}  // namespace
}  // namespace mien
