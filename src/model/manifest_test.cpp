#include "model/manifest.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "model/sha256.h"

namespace mien {
namespace {

const std::string kHash(64, 'a');
const std::string kProvenance =
    R"({"licence":"Apache-2.0","data_sets":["free"],"teachers":[],"recipe":"recipes/x.sh","commit":"0123456"})";

std::string network(const std::string& extra = "") {
  const std::string file = R"({"path":"x.bin","bytes":3,"sha256":")" + kHash + R"("})";
  return R"({"param":)" + file + R"(,"weights":)" + file +
         R"(,"input":{"name":"in0","width":8,"height":8,"channels":3,"mean":[0,0,0],"std":[1,1,1]},"outputs":["out0"],)" +
         R"("parameters":{"span":1.25,"strides":[8,16]},"provenance":)" + kProvenance + extra + "}";
}

std::string manifest(const std::string& networks, const std::string& extra = "") {
  return R"({"schema":1,"version":"0.1.0","networks":{)" + networks + R"(},"assets":{})" + extra + "}";
}

std::string message_of(const std::string& text) {
  const auto result = parse_manifest(text);
  EXPECT_FALSE(result.ok());
  return result.ok() ? "" : result.status().message();
}

TEST(Manifest, GoodOneGivesAllFacts) {
  const auto result = parse_manifest(manifest(R"("net":)" + network()));
  ASSERT_TRUE(result.ok()) << result.status().message();
  const NetworkSpec& net = result->networks.at("net");
  EXPECT_EQ(net.input.width, 8);
  EXPECT_EQ(*net.parameter("span"), 1.25);
  EXPECT_EQ(net.parameters.at("strides").size(), 2u);
  EXPECT_FALSE(net.parameter("missing").ok());
}

TEST(Manifest, UnknownAndMissingKeysAreNamedWithTheirPlace) {
  EXPECT_NE(message_of(manifest(R"("net":)" + network(R"(,"surprise":1)")))
                .find("network net: unknown key 'surprise'"),
            std::string::npos);
  EXPECT_NE(message_of(manifest("", R"(,"colour":1)")).find("'colour'"), std::string::npos);
  EXPECT_NE(message_of(R"({"schema":1})").find("'version' is missing"), std::string::npos);
  EXPECT_NE(message_of(R"({"schema":2,"version":"1","networks":{},"assets":{}})").find("'schema' is 2"),
            std::string::npos);
}

TEST(Manifest, RefusesWhatIsNotJsonOrOfTheWrongType) {
  for (const char* text :
       {"", "{", "[]", "null", "3", R"({"schema":"1","version":1,"networks":[],"assets":0})"})
    message_of(text);
  message_of(manifest(R"("net":[])"));
}

TEST(Manifest, RefusesPathsThatLeaveTheFolderAndHashesThatAreNone) {
  std::string text = manifest(R"("net":)" + network());
  std::string outside = text;
  outside.replace(outside.find("x.bin"), 5, "../x.b");
  EXPECT_NE(message_of(outside).find("leaves the models folder"), std::string::npos);
  std::string bad_hash = text;
  bad_hash.replace(bad_hash.find(kHash), 64, std::string(63, 'a'));
  EXPECT_NE(message_of(bad_hash).find("64 hexadecimal"), std::string::npos);
}

TEST(Manifest, RefusesAModelWithoutLicenceOrData) {
  std::string text = manifest(R"("net":)" + network());
  text.replace(text.find("Apache-2.0"), 10, "");
  EXPECT_NE(message_of(text).find("'licence' is empty"), std::string::npos);
  text = manifest(R"("net":)" + network());
  text.replace(text.find(R"(["free"])"), 8, "[]");
  EXPECT_NE(message_of(text).find("data_sets is empty"), std::string::npos);
}

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("mien_manifest_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::filesystem::path folder_;
};

TEST_F(Folder, DamagedModelFilesAreRefusedWithValueSeenAndExpected) {
  const std::string good = "weights";
  ModelFile file{"x.bin", 7, sha256_hex({reinterpret_cast<const std::uint8_t*>(good.data()), good.size()})};
  write("manifest.json", manifest(R"("net":)" + network()));
  const auto folder = ModelFolder::open(folder_);
  ASSERT_TRUE(folder.ok()) << folder.status().message();

  EXPECT_NE(folder->read("net", file).status().message().find("x.bin is missing"), std::string::npos);
  write("x.bin", "weight");
  EXPECT_NE(folder->read("net", file).status().message().find("is 6 bytes, expected 7"), std::string::npos);
  write("x.bin", "Weights");
  const std::string swapped = folder->read("net", file).status().message();
  EXPECT_NE(swapped.find("expected " + file.sha256), std::string::npos);
  EXPECT_NE(swapped.find("x.bin"), std::string::npos);
  write("x.bin", good);
  const auto bytes = folder->read("net", file);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(std::string(bytes->begin(), bytes->end()), good);
}

TEST_F(Folder, WithoutManifestIsRefusedByName) {
  const auto folder = ModelFolder::open(folder_ / "nowhere");
  ASSERT_FALSE(folder.ok());
  EXPECT_EQ(folder.status().code(), Code::kModelRefused);
  EXPECT_NE(folder.status().message().find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace mien
