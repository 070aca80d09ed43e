#include "video/clip_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace mien {
namespace {

bool is_clip(const std::string& content) {
  const auto file = std::filesystem::temp_directory_path() / ("mien-sniff-" + std::to_string(::getpid()));
  std::ofstream(file, std::ios::binary) << content;
  const bool result = is_clip_file(file);
  std::filesystem::remove(file);
  return result;
}

TEST(ClipFile, KnowsContainersByTheirFirstBytes) {
  EXPECT_TRUE(is_clip(std::string("\0\0\0\x20", 4) + "ftypisom"));
  EXPECT_TRUE(is_clip(std::string("\0\0\0\x08", 4) + "wide" + std::string(20, '\0')));
  EXPECT_TRUE(is_clip("\x1a\x45\xdf\xa3 and more"));
  EXPECT_TRUE(is_clip(std::string("RIFF\0\0\0\0AVI LIST", 16)));
}

TEST(ClipFile, TakesPicturesAndTextsForNoClips) {
  EXPECT_FALSE(is_clip(std::string("\0\0\0\x20", 4) + "ftypheic"));
  EXPECT_FALSE(is_clip(std::string("\0\0\0\x20", 4) + "ftypavis"));
  EXPECT_FALSE(is_clip("\xff\xd8\xff\xe0"));
  EXPECT_FALSE(is_clip(std::string("RIFF\0\0\0\0WEBPVP8 ", 16)));
  EXPECT_FALSE(is_clip("#EXTM3U\nhttp://example.org/a.ts\n"));
  EXPECT_FALSE(is_clip(""));
  EXPECT_FALSE(is_clip_file("/nonexistent"));
  EXPECT_FALSE(is_clip_file("/"));
}

}  // namespace
}  // namespace mien
