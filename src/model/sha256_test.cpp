#include "model/sha256.h"

#include <gtest/gtest.h>

#include <vector>

namespace mien {
namespace {

std::string hash(const std::string& text) {
  return sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

TEST(Sha256, AgreesWithThePublishedTestVectors) {
  EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, AgreesWithItsPlainTwinAtAnyLengthAroundABlock) {
  std::vector<std::uint8_t> bytes;
  for (unsigned length = 0; length < 300; ++length) {
    EXPECT_EQ(sha256_hex(bytes), sha256_hex_plain(bytes)) << length;
    bytes.push_back(static_cast<std::uint8_t>(length * 37 + 11));
  }
}

TEST(Sha256, ChangesWhenOneBitChangesAtAnyLengthAroundABlock) {
  for (std::size_t length = 1; length < 130; ++length) {
    std::string text(length, 'x');
    const std::string before = hash(text);
    text[length - 1] ^= 1;
    EXPECT_NE(hash(text), before) << length;
  }
}

}  // namespace
}  // namespace mien
