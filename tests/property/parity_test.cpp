// The shipped networks give what torch gave when they were exported (tests/parity/*.bin, written by
// training/export.py).
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>

#include "model/net.h"

namespace mien {
namespace {

// Largest allowed difference, in the outputs' own units: weights are stored in half precision, so a mesh
// coordinate of about 100 px may move by some hundredths, a logit by some hundredths.
struct Case {
  const char* network;
  float tolerance;
};

class Reader {
 public:
  explicit Reader(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
  }
  template <class T>
  std::vector<T> take(std::size_t count) {
    std::vector<T> out(count);
    if (at_ + count * sizeof(T) > bytes_.size()) throw std::runtime_error("parity file is too short");
    std::memcpy(out.data(), bytes_.data() + at_, count * sizeof(T));
    at_ += count * sizeof(T);
    return out;
  }

 private:
  std::vector<char> bytes_;
  std::size_t at_ = 0;
};

class Parity : public testing::TestWithParam<Case> {};

TEST_P(Parity, ShippedNetworkGivesWhatTorchGave) {
  const std::string root = MIEN_SOURCE_DIR;
  const auto folder = ModelFolder::open(root + "/models");
  ASSERT_TRUE(folder.ok()) << folder.status().message();
  const auto net = Net::load(*folder, GetParam().network, 1);
  ASSERT_TRUE(net.ok()) << net.status().message();
  Reader reader(root + "/tests/parity/" + GetParam().network + ".bin");
  const auto header = reader.take<std::uint32_t>(6);
  const std::uint32_t count = header[0], channels = header[1], height = header[2], width = header[3],
                      outputs = header[4];
  const auto divisor = static_cast<float>(header[5]);
  const std::size_t plane = static_cast<std::size_t>(height) * width;
  const auto pixels = reader.take<std::uint8_t>(static_cast<std::size_t>(count) * channels * plane);
  std::vector<std::vector<float>> expected;
  for (std::uint32_t k = 0; k < outputs; ++k) {
    const std::size_t size = reader.take<std::uint32_t>(1)[0];
    expected.push_back(reader.take<float>(size * count));
  }
  NetScratch scratch;
  std::vector<Tensor> found(outputs);
  Tensor input;
  input.resize(static_cast<int>(channels), static_cast<int>(height), static_cast<int>(width));
  for (std::uint32_t n = 0; n < count; ++n) {
    for (std::uint32_t c = 0; c < channels; ++c) {
      for (std::size_t i = 0; i < plane; ++i) {
        input.channel(static_cast<int>(c))[i] =
            (pixels[(n * channels + c) * plane + i] / divisor - net->spec().input.mean[c]) /
            net->spec().input.std[c];
      }
    }
    ASSERT_TRUE(net->run(input, found, scratch).ok());
    for (std::uint32_t k = 0; k < outputs; ++k) {
      const std::size_t size = expected[k].size() / count;
      ASSERT_EQ(found[k].values.size(), size);
      float worst = 0;
      for (std::size_t i = 0; i < size; ++i)
        worst = std::max(worst, std::abs(found[k].values[i] - expected[k][n * size + i]));
      EXPECT_LE(worst, GetParam().tolerance) << "input " << n << ", output " << k;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, Parity,
                         testing::Values(Case{"detect", 0.06f}, Case{"mesh", 0.2f}, Case{"parse", 0.1f},
                                         Case{"fuse_small", 0.02f}, Case{"fuse_tiny", 0.02f},
                                         Case{"fuse_base", 0.02f}, Case{"uncover", 0.03f},
                                         Case{"identity", 0.1f}),
                         [](const auto& info) { return info.param.network; });

TEST(ParityOfAll, NoNetworkIsLeftOut) {
  const auto folder = ModelFolder::open(std::string(MIEN_SOURCE_DIR) + "/models");
  ASSERT_TRUE(folder.ok()) << folder.status().message();
  const auto* tested = testing::UnitTest::GetInstance();
  for (const auto& [name, spec] : folder->manifest().networks) {
    bool found = false;
    for (int suite = 0; suite < tested->total_test_suite_count(); ++suite) {
      const auto* tests = tested->GetTestSuite(suite);
      for (int i = 0; i < tests->total_test_count(); ++i)
        found = found || std::string(tests->GetTestInfo(i)->name()).ends_with("/" + name);
    }
    EXPECT_TRUE(found) << name;
  }
}

}  // namespace
}  // namespace mien
