#include "model/net.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "model/sha256.h"

#if defined(__SANITIZE_ADDRESS__)
// ncnn loses the layer that it was reading when a text is refused.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:_layer_creator"; }
#endif

namespace mien {
namespace {

// A network of one weight: out = kWeight * in.
constexpr float kWeight = 2.5f;
const std::string kHeader = "7767517\n2 2\nInput in0 0 1 in0\n";
const std::string kText = kHeader + "Convolution double 1 1 in0 out0 0=1 1=1 6=1\n";

// As ncnn has them: a word that says "plain floats", then the floats.
std::string weights() {
  std::string out(2 * sizeof(float), '\0');
  std::memcpy(out.data() + sizeof(float), &kWeight, sizeof(float));
  return out;
}

class NetFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("mien_net_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // The manifest fits the files, whatever is in them.
  Result<Net> load(const std::string& text, const std::string& numbers = weights()) const {
    const std::string networks =
        R"({"net":{"param":)" + write("net.param", text) + R"(,"weights":)" + write("net.bin", numbers) +
        R"(,"input":{"name":"in0","width":2,"height":2,"channels":1,"mean":[0],"std":[1]},"outputs":["out0"],)"
        R"("parameters":{},"provenance":{"licence":"Apache-2.0","data_sets":["none"],"teachers":[],)"
        R"("recipe":"none","commit":"0123456"}}})";
    write("manifest.json", R"({"schema":1,"version":"0.1.0","networks":)" + networks + R"(,"assets":{}})");
    auto folder = ModelFolder::open(folder_);
    if (!folder.ok()) return folder.status();
    return Net::load(*folder, "net", 1);
  }

  void expect_refused(const std::string& text, const std::string& numbers, const std::string& part) const {
    const auto net = load(text, numbers);
    ASSERT_FALSE(net.ok()) << text;
    EXPECT_EQ(net.status().code(), Code::kModelRefused);
    EXPECT_NE(net.status().message().find(part), std::string::npos) << net.status().message();
  }
  void expect_text_refused(const std::string& text) const {
    expect_refused(text, weights(), "ncnn refuses net.param");
  }
  void expect_works(const std::string& text) const {
    const auto net = load(text);
    ASSERT_TRUE(net.ok()) << net.status().message();
    Tensor in, out;
    in.resize(1, 2, 2);
    in.values = {1, 2, 3, 4};
    NetScratch scratch;
    const Done done = net->run(in, {&out, 1}, scratch);
    ASSERT_TRUE(done.ok()) << done.status().message();
    ASSERT_EQ(out.values.size(), 4u);
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(out.values[i], kWeight * in.values[i], 0.01f);
  }

 private:
  // -> the file's entry in the manifest
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    const std::string hash =
        sha256_hex({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
    return R"({"path":")" + name + R"(","bytes":)" + std::to_string(content.size()) + R"(,"sha256":")" +
           hash + R"("})";
  }
  std::filesystem::path folder_;
};

TEST_F(NetFiles, ATextIsReadWordByWordToItsLastByte) {
  expect_works(kText);
  expect_works(kText.substr(0, kText.size() - 1));  // no new line at its end
}

TEST_F(NetFiles, LongLinesLongNamesAndManyBlanksAreRead) {
  std::string array = " -23320=400";  // a parameter that a convolution does not have
  for (int i = 0; i < 400; ++i) array += ",-0.123456789";
  expect_works(kText.substr(0, kText.size() - 1) + array + "\n");
  expect_works(kHeader + "Convolution" + std::string(200, ' ') + std::string(255, 'n') +
               " 1 1 in0 out0 0=1 1=1 6=1\n");
}

TEST_F(NetFiles, MoreBlanksThanTheReaderLooksThroughAreRefused) {
  expect_text_refused(kHeader + std::string(5000, ' ') + "Convolution double 1 1 in0 out0 0=1 1=1 6=1\n");
}

TEST_F(NetFiles, EmptyTextsAndWhatIsNoNetworkAreRefused) {
  for (const std::string text : {" ", "\n", "7767517", "1 2 3", "# a comment\n", "\xff\xfe\x00\x01"})
    expect_text_refused(text);
  expect_text_refused(std::string(1000, '\0'));
  expect_text_refused(std::string(1000, '7'));
  expect_text_refused("# a comment\n" + kText);
  expect_text_refused(kHeader + "# a comment\nConvolution double 1 1 in0 out0 0=1 1=1 6=1\n");
}

TEST_F(NetFiles, ATextThatIsCutOffIsRefused) {
  const std::size_t named = kText.find(" 0=1");  // from here on what is missing has a usual value
  for (std::size_t size = 1; size + 4 < named; ++size) expect_text_refused(kText.substr(0, size));
  for (std::size_t size = named + 1; size < kText.size(); ++size) {
    SCOPED_TRACE(kText.substr(0, size));
    const auto net = load(kText.substr(0, size));  // no crash
    EXPECT_TRUE(net.ok() || net.status().code() == Code::kModelRefused);
  }
}

TEST_F(NetFiles, ANumberThatIsNoParameterIsRefused) {
  expect_text_refused(kHeader + "Convolution double 1 1 in0 out0 0=1 1=1 6=1 7\n");
}

TEST_F(NetFiles, WeightsThatAreCutOffAreRefused) {
  for (std::size_t size = 1; size < weights().size(); ++size)
    expect_refused(kText, weights().substr(0, size), "net.bin does not fit net.param");
}

}  // namespace
}  // namespace mien
