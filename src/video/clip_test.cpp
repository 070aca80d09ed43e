// Clips through whole files: written, read, carried over.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "video/clip_reader.h"
#include "video/copied_params.h"
#include "video/made_clip.h"

#if defined(__SANITIZE_ADDRESS__)
// Debian 12's libx265 keeps copies of its parameters' texts for ever. Nothing of ours lies in its frames.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libx265"; }
#endif

namespace mien {
namespace {

namespace fs = std::filesystem;
using testing::MadeClip;
using testing::make_clip;

class ClipTest : public ::testing::Test {
 protected:
  ClipTest()
      : folder_(fs::temp_directory_path() /
                ("mien-clip-" + std::to_string(::getpid()) + "-" +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::create_directories(folder_);
  }
  ~ClipTest() override { fs::remove_all(folder_); }

  fs::path made(const std::string& name, MadeClip clip = {}) {
    if (!clip.paint) clip.paint = paint;
    const Done done = make_clip(folder_ / name, clip);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.status().message());
    return folder_ / name;
  }

  static void paint(int frame, MutableImageView picture) {
    for (int y = 0; y < picture.height; ++y) {
      for (int x = 0; x < picture.width; ++x) {
        std::uint8_t* p = picture.row(y) + 3 * x;
        p[0] = static_cast<std::uint8_t>(128 + 80 * std::sin(0.02 * (x + 5 * frame)));
        p[1] = static_cast<std::uint8_t>(128 + 80 * std::cos(0.03 * y));
        p[2] = static_cast<std::uint8_t>(100 + 40 * std::sin(0.02 * (x + y)));
      }
    }
  }

  fs::path folder_;
};

struct Content {
  std::vector<std::int64_t> times;  // of the pictures, in the time base
  std::vector<std::vector<std::uint8_t>> audio;
  std::vector<std::uint8_t> first_pixels;
  int shown_width = 0, shown_height = 0;
};

Content read_all(ClipReader* reader) {
  Content out;
  for (unsigned i = 0; i < reader->input().nb_streams; ++i) {
    if (static_cast<int>(i) != reader->picture_stream()) reader->carry(static_cast<int>(i));
  }
  ClipFrame frame;
  PacketPtr packet(not_null(av_packet_alloc()));
  while (true) {
    const auto what = reader->next(&frame, packet.get());
    EXPECT_TRUE(what.ok());
    if (!what.ok() || *what == ClipItem::kEnd) return out;
    if (*what == ClipItem::kPacket) {
      out.audio.emplace_back(packet->data, packet->data + packet->size);
      continue;
    }
    reader->read_rgb(&frame);
    out.times.push_back(frame.pts);
    out.shown_width = frame.picture().width, out.shown_height = frame.picture().height;
    if (out.times.size() == 1) {
      for (int y = 0; y < frame.picture().height; ++y)
        out.first_pixels.insert(out.first_pixels.end(), frame.picture().row(y),
                                frame.picture().row(y) + 3 * frame.picture().width);
    }
  }
}

std::unique_ptr<ClipReader> opened(const fs::path& file, const ClipSpan& span = {}) {
  auto reader = ClipReader::open(file, span, 1);
  EXPECT_TRUE(reader.ok()) << (reader.ok() ? "" : reader.status().message());
  return reader.ok() ? std::move(*reader) : nullptr;
}

// As fuse_clip() does it, with `change` in the place of the fusion.
Done rewrite(const fs::path& from, const fs::path& to, const ClipSpan& span = {},
             ClipEncoder encoder = ClipEncoder::kByName,
             const std::function<void(MutableImageView)>& change = {}, ClipWriteOptions options = {}) {
  const auto reader = opened(from, span);
  auto kind = clip_kind(to, encoder);
  if (!kind.ok()) return kind.status();
  ClipFormat format = reader->format();
  format.pixels = pixels_for(*kind->codec, format.pixels);
  int width = 0, height = 0;
  pad_for(*kind->codec, format, &width, &height);
  reader->deliver_as(format.pixels, width, height);
  options.encoder = encoder;
  auto writer = ClipWriter::create(
      to, *kind, format, {&reader->input(), reader->picture_stream(), reader->shift_us()}, {}, options);
  if (!writer.ok()) return writer.status();
  for (std::size_t i = 0; i < (*writer)->carried().output_of_input.size(); ++i) {
    if ((*writer)->carried().output_of_input[i] >= 0) reader->carry(static_cast<int>(i));
  }
  std::vector<PacketPtr> carried;
  const auto next = [&](ClipFrame* frame) {
    while (true) {
      PacketPtr packet(not_null(av_packet_alloc()));
      const auto what = reader->next(frame, packet.get());
      EXPECT_TRUE(what.ok());
      if (!what.ok() || *what == ClipItem::kEnd) return false;
      if (*what == ClipItem::kFrame) break;
      carried.push_back(std::move(packet));
    }
    if (change) {
      reader->read_rgb(frame);
      Image picture = Image::copy_of(frame->picture());
      change(picture.mutable_view());
      write_changes(format, picture.view(), frame);
    }
    return true;
  };
  return testing::write_clip(*kind, format, options, next, carried, reader->end_pts(), writer->get());
}

TEST_F(ClipTest, KeepsWhatAClipHasBesideItsPictures) {
  MadeClip clip;
  clip.audio = clip.chapters = true;
  clip.title = "A day";
  clip.sample_aspect = {4, 3};
  clip.primaries = AVCOL_PRI_BT709, clip.transfer = AVCOL_TRC_BT709, clip.matrix = AVCOL_SPC_BT709;
  for (const char* name : {"a.mp4", "a.mov", "a.mkv"}) {
    const fs::path in = made(name, clip), out = folder_ / (std::string("out-") + name);
    const Done done = rewrite(in, out);
    ASSERT_TRUE(done.ok()) << done.status().message();
    const auto before = opened(in), after = opened(out);
    const Content a = read_all(before.get()), b = read_all(after.get());
    EXPECT_EQ(a.times.size(), 12u);
    EXPECT_EQ(a.times, b.times) << name;
    EXPECT_GT(a.audio.size(), 20u);
    EXPECT_EQ(a.audio, b.audio) << name;
    const ClipFormat& format = after->format();
    EXPECT_EQ(av_cmp_q(format.sample_aspect, {4, 3}), 0) << name;
    EXPECT_EQ(format.primaries, AVCOL_PRI_BT709) << name;
    EXPECT_EQ(format.transfer, AVCOL_TRC_BT709) << name;
    EXPECT_EQ(format.matrix, AVCOL_SPC_BT709) << name;
    EXPECT_EQ(format.range, AVCOL_RANGE_MPEG) << name;
    EXPECT_EQ(metadata_text(after->input().metadata, "title"), "A day") << name;
    ASSERT_EQ(after->input().nb_chapters, 2u) << name;
    EXPECT_EQ(metadata_text(after->input().chapters[1]->metadata, "title"), "second") << name;
    const AVStream& audio = *after->input().streams[1 - after->picture_stream()];
    EXPECT_EQ(metadata_text(audio.metadata, "language"), "fin") << name;
  }
}

TEST_F(ClipTest, CopiedParamsAreThoseOfTheClip) {
  MadeClip clip;
  clip.frames = 60;
  for (const auto& [name, encoder] : {std::pair{"c.mp4", ClipEncoder::kH264},
                                      {"c.mkv", ClipEncoder::kFfv1},
                                      {"c.webm", ClipEncoder::kVp9}}) {
    clip.encoder = encoder;
    const auto reader = opened(made(name, clip));
    const auto like = like_the_clip(*reader, {});
    ASSERT_TRUE(like.ok()) << name;
    EXPECT_EQ(like->encoder, encoder) << name;
    EXPECT_GT(like->bit_rate, 1000) << name;
    if (encoder == ClipEncoder::kH264) EXPECT_EQ(like->profile, "high");
    if (encoder == ClipEncoder::kFfv1) EXPECT_LE(like->key_frame_distance, 1);
  }
}

TEST_F(ClipTest, ProfileAndKeyFramesAreWrittenAsTheyAreCopied) {
  MadeClip clip;
  clip.frames = 40;
  clip.encoder = ClipEncoder::kH264;
  const fs::path in = made("p.mp4", clip), out = folder_ / "p-out.mp4";
  ClipWriteOptions options;
  options.encoder = ClipEncoder::kH264;
  options.profile = "main", options.bit_rate = 300'000, options.key_frame_distance = 10;
  ASSERT_TRUE(rewrite(in, out, {}, ClipEncoder::kH264, {}, options).ok());
  const auto like = like_the_clip(*opened(out), {});
  ASSERT_TRUE(like.ok());
  EXPECT_EQ(like->profile, "main");
  EXPECT_EQ(like->key_frame_distance, 10);
}

TEST_F(ClipTest, KeepsVaryingFrameTimes) {
  MadeClip clip;
  clip.time_ms = [](int frame) { return 40 * frame + (frame > 4 ? 500 : 0) + frame % 3 * 10; };
  for (const char* name : {"v.mp4", "v.mkv"}) {
    const fs::path in = made(name, clip), out = folder_ / (std::string("out-") + name);
    ASSERT_TRUE(rewrite(in, out).ok());
    const auto before = opened(in), after = opened(out);
    const Content a = read_all(before.get()), b = read_all(after.get());
    ASSERT_EQ(a.times.size(), 12u);
    ASSERT_EQ(b.times.size(), 12u);
    for (int i = 0; i < 12; ++i) {
      EXPECT_NEAR(static_cast<double>(b.times[i]) * av_q2d(after->format().time_base),
                  static_cast<double>(clip.time_ms(i)) / 1000, 0.0011)
          << name << " frame " << i;
      EXPECT_EQ(av_rescale_q(a.times[i], before->format().time_base, after->format().time_base), b.times[i]);
    }
    EXPECT_NEAR(before->length_seconds(), after->length_seconds(), 0.0021);
  }
}

TEST_F(ClipTest, KeepsTheTurnOfAPhoneClip) {
  MadeClip clip;
  clip.turn_deg = 90;
  clip.width = 120, clip.height = 200;
  const fs::path in = made("t.mp4", clip), out = folder_ / "out.mov";
  ASSERT_TRUE(rewrite(in, out).ok());
  const auto after = opened(out);
  EXPECT_EQ(after->format().turn_deg, 90);
  EXPECT_EQ(after->format().width, 200);
  const Content content = read_all(after.get());
  EXPECT_EQ(content.shown_width, 120);
  EXPECT_NEAR(content.first_pixels[1], 208, 4) << "the upper left corner as shown";
  const Done done = rewrite(in, folder_ / "out.mkv");
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.status().code(), Code::kInvalidArgument);
}

TEST_F(ClipTest, ALosslessClipKeepsEveryBitOutsideOfWhatChanged) {
  MadeClip clip;
  clip.encoder = ClipEncoder::kFfv1;
  clip.pixels = AV_PIX_FMT_YUV420P10LE;
  const fs::path in = made("l.mkv", clip), out = folder_ / "out.mkv";
  ASSERT_TRUE(rewrite(in, out, {}, ClipEncoder::kFfv1, [](MutableImageView picture) {
                picture.row(40)[3 * 50] = 255;
              }).ok());
  const auto before = opened(in), after = opened(out);
  EXPECT_EQ(after->format().pixels, AV_PIX_FMT_YUV420P10LE);
  ClipFrame a, b;
  PacketPtr packet(not_null(av_packet_alloc()));
  while (*before->next(&a, packet.get()) == ClipItem::kFrame &&
         *after->next(&b, packet.get()) == ClipItem::kFrame) {
    int different = 0;
    for (int plane = 0; plane < 3; ++plane) {
      for (int y = 0; y < (plane ? 90 : 180); ++y) {
        const auto* p = reinterpret_cast<const std::uint16_t*>(
            a.planes->data[plane] + static_cast<std::ptrdiff_t>(y) * a.planes->linesize[plane]);
        const auto* q = reinterpret_cast<const std::uint16_t*>(
            b.planes->data[plane] + static_cast<std::ptrdiff_t>(y) * b.planes->linesize[plane]);
        for (int x = 0; x < (plane ? 160 : 320); ++x) different += p[x] != q[x];
      }
    }
    EXPECT_GE(different, 1);
    EXPECT_LE(different, 3);
  }
}

TEST_F(ClipTest, TakesOddSizesAndSingleFrames) {
  MadeClip clip;
  clip.width = 131, clip.height = 77, clip.frames = 1;
  for (const char* name : {"o.mp4", "o.webm"}) {
    const auto reader = opened(made(name, clip));
    const Content content = read_all(reader.get());
    EXPECT_EQ(content.times.size(), 1u);
    EXPECT_EQ(content.shown_width, std::string(name) == "o.mp4" ? 132 : 131) << "H.264 has even sizes only";
  }
  const fs::path in = made("o.mkv", [&] {
    auto c = clip;
    c.encoder = ClipEncoder::kFfv1;
    return c;
  }());
  ASSERT_TRUE(rewrite(in, folder_ / "out.mp4").ok());
}

TEST_F(ClipTest, HevcAndAv1AreReadAgainFromEveryContainerThatHoldsThem) {
  const fs::path in = made("in.mp4");
  const auto before = opened(in);
  const Content a = read_all(before.get());
  for (const auto& [name, encoder, codec] : {std::tuple{"h.mp4", ClipEncoder::kHevc, "hevc"},
                                             {"h.mov", ClipEncoder::kHevc, "hevc"},
                                             {"h.mkv", ClipEncoder::kHevc, "hevc"},
                                             {"a.mp4", ClipEncoder::kAv1, "av1"},
                                             {"a.mkv", ClipEncoder::kAv1, "av1"},
                                             {"a.webm", ClipEncoder::kAv1, "av1"}}) {
    const Done done = rewrite(in, folder_ / name, {}, encoder);
    ASSERT_TRUE(done.ok()) << name << ": " << done.status().message();
    const auto after = opened(folder_ / name);
    EXPECT_EQ(after->codec_name(), codec) << name;
    const Content b = read_all(after.get());
    EXPECT_EQ(b.times.size(), a.times.size()) << name;
    EXPECT_TRUE(after->remarks().empty()) << name;
    double difference = 0;
    for (std::size_t i = 0; i < a.first_pixels.size(); ++i)
      difference += std::abs(a.first_pixels[i] - b.first_pixels[i]);
    EXPECT_LT(difference / static_cast<double>(a.first_pixels.size()), 3) << name;
  }
  MadeClip odd;
  odd.width = 131, odd.height = 77, odd.frames = 2;
  for (const auto& [encoder, width] : {std::pair{ClipEncoder::kHevc, 132}, {ClipEncoder::kAv1, 131}}) {
    odd.encoder = encoder;
    const auto reader = opened(made("odd.mp4", odd));
    EXPECT_EQ(read_all(reader.get()).shown_width, width);
  }
}

TEST_F(ClipTest, TakesAPartOfAClip) {
  MadeClip clip;
  clip.frames = 50, clip.audio = true;
  const fs::path in = made("p.mp4", clip), out = folder_ / "out.mp4";
  ASSERT_TRUE(rewrite(in, out, {0.5, 1.5}).ok());
  const auto after = opened(out);
  const Content content = read_all(after.get());
  EXPECT_EQ(content.times.size(), 25u);
  EXPECT_NEAR(static_cast<double>(content.times[0]) * av_q2d(after->format().time_base), 0.02, 0.021);
  EXPECT_NEAR(static_cast<double>(content.audio.size()) * 1024 / 48000, 1.0, 0.05);
  EXPECT_FALSE(ClipReader::open(in, {10, {}}, 1).ok());
  EXPECT_FALSE(ClipReader::open(in, {1, 0.5}, 1).ok());
}

TEST_F(ClipTest, ReadsWhatATruncatedFileHasAndSaysSo) {
  MadeClip clip;
  clip.frames = 50, clip.audio = true;
  const fs::path whole = made("w.mp4", clip), cut = folder_ / "cut.mp4";
  fs::copy_file(whole, cut);
  fs::resize_file(cut, fs::file_size(whole) / 2);
  const auto reader = opened(cut);
  const Content content = read_all(reader.get());
  EXPECT_GT(content.times.size(), 5u);
  EXPECT_LT(content.times.size(), 50u);
  ASSERT_FALSE(reader->remarks().empty());
  EXPECT_NE(reader->remarks().back().find("truncated"), std::string::npos);
  fs::resize_file(cut, 200);
  const auto nothing = ClipReader::open(cut, {}, 1);
  ASSERT_FALSE(nothing.ok());
  EXPECT_EQ(nothing.status().code(), Code::kUnreadable);
}

TEST_F(ClipTest, RefusesWhatIsNoClipWithASentence) {
  ASSERT_TRUE(testing::make_audio_only(folder_ / "sound.mp4", 0.5).ok());
  std::ofstream(folder_ / "list.m3u8") << "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/a.ts\n";
  for (const auto& [name, code, part] :
       {std::tuple{"sound.mp4", Code::kUnreadable, "no pictures, only 1 audio track"},
        {"list.m3u8", Code::kUnreadable, "no clip"},
        {"none.mp4", Code::kNotFound, "no such file"},
        {"", Code::kUnreadable, "folder"}}) {
    const auto reader = ClipReader::open(folder_ / name, {}, 1);
    ASSERT_FALSE(reader.ok()) << name;
    EXPECT_EQ(reader.status().code(), code) << reader.status().message();
    EXPECT_NE(reader.status().message().find(part), std::string::npos) << reader.status().message();
  }
}

TEST_F(ClipTest, OutputsThatMakeNoSenseAreRefusedBeforeTheWork) {
  EXPECT_EQ(clip_kind("a.gif", ClipEncoder::kByName).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(clip_kind("a", ClipEncoder::kByName).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(clip_kind("a.webm", ClipEncoder::kH264).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(clip_kind("a.webm", ClipEncoder::kHevc).status().code(), Code::kInvalidArgument);
  EXPECT_TRUE(clip_kind("a.MKV", ClipEncoder::kFfv1).ok());
  const fs::path in = made("x.mp4");
  std::ofstream(folder_ / "there.mp4") << "precious";
  EXPECT_EQ(rewrite(in, folder_ / "there.mp4").status().code(), Code::kUnwritable);
  EXPECT_EQ(fs::file_size(folder_ / "there.mp4"), 8u);
}

TEST_F(ClipTest, AnUnfinishedClipLeavesNothing) {
  const fs::path in = made("x.mp4");
  const auto reader = opened(in);
  const auto kind = clip_kind("y.mp4", ClipEncoder::kByName);
  {
    auto writer =
        ClipWriter::create(folder_ / "y.mp4", *kind, reader->format(), {&reader->input(), 0, 0}, {}, {});
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->begin({0}, AV_NOPTS_VALUE).ok());
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(ClipTest, CarriesItsLabelInEveryContainer) {
  const Provenance how{true, 0, "9.9.9", {"mesh:12345678"}, true};
  for (const char* name : {"l.mp4", "l.mov", "l.mkv", "l.webm"}) {
    const auto label = make_clip_label(nullptr, how, "00ff");
    ASSERT_TRUE(label.ok());
    MadeClip clip;
    clip.label = *label;
    const auto record = read_clip_label(made(name, clip));
    ASSERT_TRUE(record.ok()) << record.status().message();
    EXPECT_TRUE(record->labelled_as_synthetic()) << name << ": " << record->problems().front();
    EXPECT_TRUE(record->made_by_mien) << name;
    EXPECT_EQ(record->models, how.models) << name;
    EXPECT_EQ(record->aigc->produce_id, "00ff") << name;
    EXPECT_TRUE(record->visible_mark && record->face_count == 0) << name;
  }
  const auto plain = read_clip_label(made("plain.mp4"));
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->problems().size(), 2u);
}

TEST_F(ClipTest, ALabelFromBeforeMovesToThePriorOnes) {
  const auto first = make_clip_label(nullptr, {true, 0, "1.0.0", {}, true}, "0001");
  ASSERT_TRUE(first.ok());
  MadeClip clip;
  clip.label = *first;
  for (const char* name : {"f.mp4", "f.mkv"}) {
    const auto reader = opened(made(name, clip));
    const auto second = make_clip_label(reader->input().metadata, {true, 0, "2.0.0", {}, true}, "0002");
    ASSERT_TRUE(second.ok());
    MadeClip again;
    again.label = *second;
    const auto record = read_clip_label(made(std::string("g-") + name, again));
    ASSERT_TRUE(record.ok());
    EXPECT_EQ(record->engine_version, "2.0.0");
    EXPECT_EQ(record->prior_aigc, std::vector<std::string>{first->aigc}) << name;
    EXPECT_EQ(record->prior_digital_source_types.size(), 1u);
  }
}

}  // namespace
}  // namespace mien
