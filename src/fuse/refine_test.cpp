#include "fuse/refine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "core/try.h"
#include "fuse/testing_faces.h"
#include "fuse/testing_refine.h"

namespace mien {
namespace {

constexpr int kCanvas = 60;
constexpr float kKept = 0.5f;

// A canvas that fills the crop, and an answer as the network gives it.
struct Fused {
  int size;
  Affine crop_from_canvas;
  Tensor answer;
  PlanarRgb relit;
  Plane alpha, trust;

  explicit Fused(int crop_size) : size(crop_size) {
    const float k = static_cast<float>(size) / kCanvas;
    crop_from_canvas = {k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f};
    answer.resize(2, size, size);
    std::fill(answer.values.begin(), answer.values.end(), 0.0f);
    relit.resize(kCanvas, kCanvas), alpha.resize(kCanvas, kCanvas), trust.resize(kCanvas, kCanvas);
    for (std::size_t i = 0; i < relit.values.size(); ++i) relit.values[i] = static_cast<float>(i * 7 % 170);
    for (std::size_t i = 0; i < alpha.size(); ++i) {
      alpha.values[i] = static_cast<float>(i % 11) / 10;
      trust.values[i] = static_cast<float>(i % 5) / 4;
    }
  }
  void fill(int channel, float value) {
    std::fill_n(answer.channel(channel), static_cast<std::size_t>(size) * size, value);
  }
  void apply() {
    CoarseAnswer read;
    read_refine_output(answer, size, kKept, &read);
    apply_coarse_answer(read, crop_from_canvas, trust, &relit, &alpha);
  }
  float mean(std::size_t i) const {
    return (relit.channel(0)[i] + relit.channel(1)[i] + relit.channel(2)[i]) / 3;
  }
};

class Refine : public testing::TestWithParam<int> {};

TEST_P(Refine, AnAnswerOfZeroChangesNothing) {
  Fused f(GetParam()), before(GetParam());
  f.apply();
  for (std::size_t i = 0; i < f.relit.values.size(); ++i)
    ASSERT_NEAR(f.relit.values[i], before.relit.values[i], 1e-3f) << i;
  EXPECT_EQ(f.alpha.values, before.alpha.values);
}

TEST_P(Refine, AddsLightAndKeepsTheColourAsTheContractSays) {
  Fused f(GetParam()), before(GetParam());
  f.fill(0, 0.3f);
  f.apply();
  const float light = 0.3f / std::sqrt(1 + 0.6f * 0.6f);
  for (std::size_t i = 0; i < f.relit.plane(); ++i) {
    const float mean = before.mean(i) / 255;
    float gain = std::clamp(
        std::max(mean + (1 - (1 - kKept) * before.trust.values[i]) * light, 0.08f) / std::max(mean, 0.08f),
        0.3f, 2.5f);
    if (!(before.alpha.values[i] > 0)) gain = 1;
    const float t = std::clamp((gain - 1.1f) / 0.4f, 0.0f, 1.0f),
                pale = 0.7f * t * t * (3 - 2 * t) * (gain - 1);
    for (int c = 0; c < 3; ++c) {
      const float lit = (gain - pale) * before.relit.channel(c)[i] + pale * 255 * mean;
      ASSERT_NEAR(f.relit.channel(c)[i], std::min(255.0f, lit), 2e-2f) << i;
    }
  }
  EXPECT_EQ(f.alpha.values, before.alpha.values);
}

TEST_P(Refine, MovesAlphaInItsBand) {
  for (const float step : {0.8f, -0.8f}) {
    Fused f(GetParam()), before(GetParam());
    f.fill(1, step);
    f.apply();
    for (std::size_t i = 0; i < f.alpha.size(); ++i) {
      const float a = before.alpha.values[i];
      ASSERT_NEAR(f.alpha.values[i], std::clamp(a + 0.35f * std::tanh(step) * 4 * a * (1 - a), 0.0f, 1.0f),
                  0.35f * 0.025f)
          << "fast_tanh()";
    }
    for (std::size_t i = 0; i < f.relit.values.size(); ++i)
      ASSERT_NEAR(f.relit.values[i], before.relit.values[i], 1e-3f) << "alpha alone";
  }
}

// Cell (x, y) of size x size lies where pixel (x, y) of the crop does, at every size.
TEST_P(Refine, MapsLieWhereTheyBelong) {
  Fused f(GetParam());
  for (int y = 0; y < f.size; ++y)
    for (int x = f.size / 2; x < f.size; ++x) f.answer.channel(0)[y * f.size + x] = 0.4f;
  f.alpha.fill(1), f.trust.fill(0);
  for (float& v : f.relit.values) v = 100;
  f.apply();
  for (int y = 0; y < kCanvas; ++y) {
    const float* row = f.relit.channel(0) + static_cast<std::ptrdiff_t>(y) * kCanvas;
    EXPECT_NEAR(row[kCanvas / 2 - 1], 100, 1e-3f) << y;
    EXPECT_GT(row[kCanvas / 2], 150) << y;
  }
}

TEST_P(Refine, AConstantAnswerIsTheSameAtEverySize) {
  Fused large(GetParam()), coarse(kCoarseSize);
  large.fill(0, -0.2f), coarse.fill(0, -0.2f);
  large.apply(), coarse.apply();
  for (std::size_t i = 0; i < large.relit.values.size(); ++i)
    ASSERT_NEAR(large.relit.values[i], coarse.relit.values[i], 1e-2f) << i;
}

INSTANTIATE_TEST_SUITE_P(Sizes, Refine, testing::Values(kRefineSize, kRefineLargeSize));

TEST(RefineSize, FollowsThePixelsOfTheFaceOnTheCanvas) {
  const auto model = testing_faces::load_model();
  const auto of_width = [&](float px) {
    const Mesh mesh = testing_faces::make_mesh(*model, 500, 500, 10, 0, 0);
    const float k = px / face_width_px(mesh);
    return refine_size(transformed(mesh, {k, 0, 0, 0, k, 0}));
  };
  EXPECT_EQ(of_width(100), kRefineSize);
  EXPECT_EQ(of_width(256), kRefineSize) << "what --resolution 256 makes of a larger face";
  EXPECT_EQ(of_width(400), kRefineLargeSize);
  EXPECT_EQ(of_width(1024), kRefineLargeSize);
}

class RefineRow : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("mien_refine_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    row_ = testing_refine::write_network(folder_, {});
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<RefineNet> load() const {
    const nlohmann::json manifest = {{"schema", 1},
                                     {"version", "0.1.0"},
                                     {"networks", {{"refine", row_}}},
                                     {"assets", nlohmann::json::object()}};
    std::ofstream(folder_ / "manifest.json") << manifest;
    MIEN_ASSIGN(const ModelFolder folder, ModelFolder::open(folder_));
    return RefineNet::load(folder, 1);
  }
  void expect_refused(const std::string& part) const {
    const auto net = load();
    ASSERT_FALSE(net.ok()) << part;
    EXPECT_EQ(net.status().code(), Code::kModelRefused);
    EXPECT_NE(net.status().message().find(part), std::string::npos) << net.status().message();
  }

  std::filesystem::path folder_;
  nlohmann::json row_;
};

TEST_F(RefineRow, AGoodOneIsTaken) {
  const auto net = load();
  EXPECT_TRUE(net.ok()) << net.status().message();
}

TEST_F(RefineRow, AnotherSizeIsRefused) {
  row_["input"]["width"] = 128;
  expect_refused("12 channels of 128 x 256 and 1 output, expected 12 channels of 256 x 256 and 1 output");
}

TEST_F(RefineRow, OtherChannelsAreRefused) {
  row_["input"]["channels"] = 3;
  row_["input"]["mean"] = row_["input"]["std"] = std::vector<double>(3, 1);
  expect_refused("3 channels of 256 x 256");
}

TEST_F(RefineRow, MoreOutputsAreRefused) {
  row_["outputs"] = {"out0", "out1"};
  expect_refused("2 outputs, expected 12 channels of 256 x 256 and 1 output");
}

TEST_F(RefineRow, AShareBeyondOneIsRefused) {
  row_["parameters"]["residual_kept"] = 1.5;
  expect_refused("residual_kept is 1.5");
}

TEST_F(RefineRow, AMissingShareIsRefused) {
  row_["parameters"] = nlohmann::json::object();
  expect_refused("residual_kept");
}

TEST_F(RefineRow, AChangedFileIsRefused) {
  std::ofstream(folder_ / "refine.bin", std::ios::app) << 'x';
  expect_refused("refine");
}

}  // namespace
}  // namespace mien
