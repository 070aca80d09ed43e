#include "video/clip_segments.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace mien {
namespace {

namespace fs = std::filesystem;

class ClipSegmentsTest : public ::testing::Test {
 protected:
  ClipSegmentsTest()
      : folder_(fs::temp_directory_path() /
                ("mien-segments-" + std::to_string(::getpid()) + "-" +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name())),
        output_(folder_ / "o.mp4") {
    fs::create_directories(folder_);
  }
  ~ClipSegmentsTest() override { fs::remove_all(folder_); }

  Result<std::unique_ptr<ClipSegments>> open(IfBegun if_begun, const std::string& job = "this job") {
    return ClipSegments::open(output_, job, if_begun);
  }

  // Segment `number` with two frames.
  static void add_segment(ClipSegments& segments, int number) {
    for (int i = 0; i < 2; ++i) {
      PacketPtr packet(not_null(av_packet_alloc()));
      ASSERT_EQ(av_new_packet(packet.get(), 100 + number), 0);
      std::fill_n(packet->data, packet->size, static_cast<std::uint8_t>(10 * number + i));
      packet->pts = 2 * number + i, packet->flags = i == 0 ? AV_PKT_FLAG_KEY : 0;
      ASSERT_TRUE(segments.add(*packet).ok());
    }
    SegmentRecord record;
    record.frames = 2 * number + 2, record.fused_frames = number, record.first_note = "a note",
    record.tracker = {1, 2, 3};
    record.people = {{true, -1}, {false, 0.25f}};
    record.times = {2 * number, 2 * number + 1};
    if (number != 1) record.levels = {{2 * number, number, "because of " + std::to_string(number)}};
    ASSERT_TRUE(segments.finish(record).ok());
  }

  void begin(int count) {
    auto segments = open(IfBegun::kRefuse);
    ASSERT_TRUE(segments.ok()) << segments.status().message();
    for (int i = 0; i < count; ++i) add_segment(**segments, i);
  }

  fs::path file(const char* name) const { return ClipSegments::folder_for(output_) / name; }

  fs::path folder_, output_;
};

TEST_F(ClipSegmentsTest, AreFoundAgainAsTheyWereFinished) {
  begin(3);
  auto segments = open(IfBegun::kGoOn);
  ASSERT_TRUE(segments.ok()) << segments.status().message();
  EXPECT_EQ((*segments)->finished(), 3);
  const SegmentRecord& last = (*segments)->last();
  EXPECT_EQ(last.frames, 6);
  EXPECT_EQ(last.fused_frames, 2);
  EXPECT_EQ(last.first_note, "a note");
  EXPECT_EQ(last.tracker, (std::vector<std::uint8_t>{1, 2, 3}));
  ASSERT_EQ(last.people.size(), 2u);
  EXPECT_TRUE(last.people[0].found);
  EXPECT_EQ(last.people[1].best_similarity, 0.25f);
  EXPECT_EQ((*segments)->times(), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
  ASSERT_EQ((*segments)->levels().size(), 2u);
  EXPECT_EQ((*segments)->levels()[1].frame, 4);
  EXPECT_EQ((*segments)->levels()[1].number, 2);
  EXPECT_EQ((*segments)->levels()[1].why, "because of 2");
  SegmentPackets packets(**segments);
  PacketPtr packet(not_null(av_packet_alloc()));
  for (int i = 0; i < 6; ++i) {
    const auto more = packets.next(packet.get());
    ASSERT_TRUE(more.ok() && *more);
    EXPECT_EQ(packet->pts, i);
    EXPECT_EQ(packet->size, 100 + i / 2);
    EXPECT_EQ(packet->data[packet->size - 1], 10 * (i / 2) + i % 2);
    EXPECT_EQ(packet->flags, i % 2 == 0 ? AV_PKT_FLAG_KEY : 0);
  }
  const auto more = packets.next(packet.get());
  EXPECT_TRUE(more.ok() && !*more);
}

TEST_F(ClipSegmentsTest, FromADamagedOneOnAreDoneAgain) {
  begin(3);
  const fs::path damaged = file("000001.segment");
  std::fstream(damaged, std::ios::in | std::ios::out | std::ios::binary).seekp(30) << 'x';
  auto segments = open(IfBegun::kGoOn);
  ASSERT_TRUE(segments.ok());
  EXPECT_EQ((*segments)->finished(), 1);
  EXPECT_EQ((*segments)->times().size(), 2u);
  segments->reset();
  for (const std::uintmax_t size : {0u, 20u, 200u}) {
    fs::resize_file(file("000000.segment"), size);
    segments = open(IfBegun::kGoOn);
    ASSERT_TRUE(segments.ok());
    EXPECT_EQ((*segments)->finished(), 0) << size;
    segments->reset();  // removes the folder
    begin(1);
  }
}

TEST_F(ClipSegmentsTest, WhatAKilledRunHadInHandIsClearedUp) {
  begin(1);
  for (const char* name : {"unfinished", ".mien-0123456789abcdef.part"}) std::ofstream(file(name)) << "half";
  const auto segments = open(IfBegun::kGoOn);
  ASSERT_TRUE(segments.ok()) << segments.status().message();
  EXPECT_EQ((*segments)->finished(), 1);
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(ClipSegments::folder_for(output_)))
    left.push_back(entry.path().filename().string());
  std::sort(left.begin(), left.end());
  EXPECT_EQ(left, (std::vector<std::string>{"000000.segment", "job"}));
}

TEST_F(ClipSegmentsTest, OfAnotherJobAreNeitherUsedNorLost) {
  begin(2);
  EXPECT_EQ(open(IfBegun::kGoOn, "another job").status().code(), Code::kInvalidArgument);
  const auto refused = open(IfBegun::kRefuse);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::kUnwritable);
  EXPECT_NE(refused.status().message().find("--resume"), std::string::npos);
  EXPECT_TRUE(fs::exists(file("000001.segment")));
  auto anew = open(IfBegun::kBeginAnew);
  ASSERT_TRUE(anew.ok());
  EXPECT_EQ((*anew)->finished(), 0);
}

TEST_F(ClipSegmentsTest, BelongToOneRunAtATime) {
  begin(1);
  const auto first = open(IfBegun::kGoOn);
  ASSERT_TRUE(first.ok());
  const auto second = open(IfBegun::kBeginAnew);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.status().message().find("another run"), std::string::npos);
  EXPECT_TRUE(fs::exists(file("000000.segment")));
}

TEST_F(ClipSegmentsTest, AFolderWithOtherFilesStaysAsItIs) {
  const fs::path folder = ClipSegments::folder_for(output_);
  for (const char* name : {"notes.txt", "sub/job", "job/inner", "holiday.segment"}) {
    fs::create_directories((folder / name).parent_path());
    fs::permissions(folder, fs::perms(0755));
    std::ofstream(folder / name) << "precious";
    for (const IfBegun if_begun : {IfBegun::kRefuse, IfBegun::kGoOn, IfBegun::kBeginAnew}) {
      const auto segments = open(if_begun);
      ASSERT_FALSE(segments.ok()) << name;
      EXPECT_EQ(segments.status().code(), Code::kUnwritable);
      const std::string top = fs::path(name).begin()->string();
      EXPECT_NE(segments.status().message().find("holds " + top), std::string::npos)
          << segments.status().message();
    }
    EXPECT_TRUE(fs::exists(folder / name)) << name;
    EXPECT_EQ(fs::status(folder).permissions(), fs::perms(0755));
    fs::remove_all(folder);
  }
}

TEST_F(ClipSegmentsTest, ALinkIsNotFollowed) {
  const fs::path elsewhere = folder_ / "elsewhere";
  fs::create_directory(elsewhere);
  fs::permissions(elsewhere, fs::perms(0755));
  std::ofstream(elsewhere / "job") << "precious";
  fs::create_directory_symlink(elsewhere, ClipSegments::folder_for(output_));
  const auto segments = open(IfBegun::kBeginAnew);
  ASSERT_FALSE(segments.ok());
  EXPECT_NE(segments.status().message().find("is a link"), std::string::npos);
  EXPECT_TRUE(fs::is_symlink(ClipSegments::folder_for(output_)));
  EXPECT_TRUE(fs::exists(elsewhere / "job"));
  EXPECT_EQ(fs::status(elsewhere).permissions(), fs::perms(0755));
}

TEST_F(ClipSegmentsTest, WhatSomebodyPutsThereMeanwhileStays) {
  begin(1);
  auto segments = open(IfBegun::kGoOn);
  ASSERT_TRUE(segments.ok());
  std::ofstream(file("notes.txt")) << "precious";
  (*segments)->remove();
  EXPECT_TRUE(fs::exists(file("notes.txt")));
  EXPECT_FALSE(fs::exists(file("000000.segment")));
}

TEST_F(ClipSegmentsTest, LeaveNothingWhenNoneIsFinishedOrAllIsDone) {
  begin(0);
  EXPECT_TRUE(fs::is_empty(folder_));
  begin(2);
  (*open(IfBegun::kGoOn))->remove();
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace mien
