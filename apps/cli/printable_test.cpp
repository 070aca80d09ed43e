#include "printable.h"

#include <gtest/gtest.h>

namespace mien::cli {
namespace {

TEST(Printable, TextStaysAsItIs) {
  for (const char* text : {"", "plain", "Z\u00fcrich \u4e2d\u6587 \U0001F600", "a\u200db"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, WhatSteersATerminalIsEscaped) {
  EXPECT_EQ(printable("a\x1b[2J\n\x7f"), "a\\x1b[2J\\x0a\\x7f");
  EXPECT_EQ(printable("\u009b2J"), "\\x9b2J") << "an 8-bit control character in UTF-8";
  EXPECT_EQ(printable("gpj.\u202eexe"), "gpj.\\u202eexe") << "an override of direction";
  EXPECT_EQ(printable("a\u2028b\u2066c\u200fd"), "a\\u2028b\\u2066c\\u200fd");
}

TEST(Printable, BytesThatAreNoUtf8AreEscapedOneByOne) {
  EXPECT_EQ(printable("a\x9b"
                      "2J"),
            "a\\x9b2J")
      << "a bare 8-bit control character";
  EXPECT_EQ(printable("caf\xe9"), "caf\\xe9");
  EXPECT_EQ(printable("\xe2\x80"), "\\xe2\\x80") << "cut off";
  EXPECT_EQ(printable("\xc0\x9b"), "\\xc0\\x9b") << "overlong";
}

}  // namespace
}  // namespace mien::cli
