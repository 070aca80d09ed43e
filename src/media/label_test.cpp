// Labels through whole files, in all three formats.
#include "media/label.h"

#include <gtest/gtest.h>

#include "media/aigc.h"
#include "media/encode.h"
#include "media/test_pictures.h"
#include "media/xmp.h"

namespace mien {
namespace {

using testing::contains;
using testing::fused_picture;
using testing::make_xmp;
using testing::TempFolder;
using testing::test_image;
using Values = std::vector<std::string>;

constexpr char kGenerated[] = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

// A target whose packet says these things, beside a rating that must stay.
Metadata target_with(const std::string& source_type, const std::string& aigc) {
  XmpPacket packet;
  auto parsed =
      XmpPacket::parse(as_bytes(make_xmp("xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmp:Rating=\"5\"")));
  EXPECT_TRUE(parsed.ok());
  packet = std::move(*parsed);
  if (!source_type.empty()) packet.set(kIptcExtNamespace, "DigitalSourceType", source_type);
  if (!aigc.empty()) packet.set(kTc260Namespace, "AIGC", aigc);
  Metadata metadata;
  metadata.xmp = to_bytes(packet.serialise());
  return metadata;
}

class LabelTest : public ::testing::TestWithParam<FileFormat> {
 protected:
  Bytes encoded(const FusedImage& picture, const Metadata& target) {
    const auto file = encode_image(picture, target, GetParam());
    EXPECT_TRUE(file.ok()) << (file.ok() ? "" : file.status().message());
    return file.ok() ? *file : Bytes{};
  }
  LabelRecord label(const FusedImage& picture, const Metadata& target) {
    const auto record = read_label(encoded(picture, target));
    EXPECT_TRUE(record.ok()) << (record.ok() ? "" : record.status().message());
    return record.ok() ? *record : LabelRecord{};
  }
};

TEST_P(LabelTest, IsInEveryFusedPicture) {
  const LabelRecord record = label(fused_picture(test_image(40, 30)), {});
  EXPECT_TRUE(record.labelled_as_synthetic());
  EXPECT_EQ(record.digital_source_type, kCompositeSourceType);
  ASSERT_TRUE(record.aigc);
  EXPECT_EQ(record.aigc->label, "1");
  EXPECT_EQ(record.aigc->content_producer, "Mien 0.1.0");
  EXPECT_EQ(record.aigc->produce_id.size(), 32u);
  EXPECT_TRUE(record.made_by_mien);
  EXPECT_EQ(record.engine_version, "0.1.0");
  EXPECT_EQ(record.face_count, 2);
  EXPECT_EQ(record.models, (Values{"detect@0123abcd", "mesh@4567cdef"}));
  EXPECT_TRUE(record.visible_mark);
  EXPECT_TRUE(record.prior_aigc.empty());
  EXPECT_TRUE(record.prior_digital_source_types.empty());
}

TEST_P(LabelTest, IsNotInAPictureWhoseFacesWereNotChanged) {
  const LabelRecord record = label(fused_picture(test_image(40, 30), false), {});
  EXPECT_EQ(record.digital_source_type, "");
  EXPECT_FALSE(record.aigc);
  EXPECT_FALSE(record.made_by_mien);
}

TEST_P(LabelTest, KeepsTheTargetsLabelsAsPriorOnes) {
  const std::string theirs = aigc_json("Doubao", "42");
  const LabelRecord record = label(fused_picture(test_image(40, 30)), target_with(kGenerated, theirs));
  EXPECT_EQ(record.digital_source_type, kCompositeSourceType);
  EXPECT_EQ(record.aigc->content_producer, "Mien 0.1.0");
  EXPECT_EQ(record.prior_digital_source_types, Values{kGenerated});
  EXPECT_EQ(record.prior_aigc, Values{theirs});
}

TEST_P(LabelTest, LeavesTheTargetsLabelsWhenNothingWasFused) {
  const Metadata target = target_with(kGenerated, aigc_json("Doubao", "42"));
  const Bytes file = encoded(fused_picture(test_image(40, 30), false), target);
  const auto photo = read_photo(file);
  ASSERT_TRUE(photo.ok());
  EXPECT_EQ(photo->metadata.xmp, target.xmp);  // byte for byte
  const auto record = read_label(file);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->digital_source_type, kGenerated);
  EXPECT_EQ(record->aigc->produce_id, "42");
  EXPECT_TRUE(record->prior_aigc.empty());
}

TEST_P(LabelTest, KeepsEveryLabelWhenAFusedPictureIsFusedAgain) {
  const std::string theirs = aigc_json("Doubao", "42");
  Metadata metadata = target_with(kGenerated, theirs);
  std::string first_json;
  for (int round = 0; round < 3; ++round) {
    const auto photo = read_photo(encoded(fused_picture(test_image(40 + round, 30)), metadata));
    ASSERT_TRUE(photo.ok());
    metadata = photo->metadata;
    if (round == 0) first_json = label_of(metadata)->aigc->json;
  }
  const auto record = label_of(metadata);
  ASSERT_TRUE(record.ok());
  EXPECT_TRUE(record->labelled_as_synthetic());
  ASSERT_EQ(record->prior_aigc.size(), 3u);
  EXPECT_EQ(record->prior_aigc[0], theirs);
  EXPECT_EQ(record->prior_aigc[1], first_json);
  EXPECT_EQ(record->prior_digital_source_types, (Values{kGenerated, kCompositeSourceType}));
  auto packet = XmpPacket::parse(metadata.xmp);
  ASSERT_TRUE(packet.ok());
  EXPECT_EQ(packet->values(kXmpMmNamespace, "History").size(), 3u * 4u);  // four fields each
  EXPECT_EQ(packet->values(kXmpNamespace, "Rating"), Values{"5"});
}

TEST_P(LabelTest, KeepsTheRestOfTheTargetsPacket) {
  const std::string history =
      "<xmpMM:History xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\" "
      "xmlns:stEvt=\"http://ns.adobe.com/xap/1.0/sType/ResourceEvent#\"><rdf:Seq><rdf:li "
      "rdf:parseType=\"Resource\"><stEvt:action>converted</stEvt:action></rdf:li></rdf:Seq></xmpMM:History>";
  const std::string names =
      "<dc:title xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><rdf:Alt><rdf:li "
      "xml:lang=\"x-default\">Hi</rdf:li><rdf:li "
      "xml:lang=\"de\">Hallo</rdf:li></rdf:Alt></dc:title>";
  Metadata target;
  target.xmp =
      to_bytes(make_xmp("xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" "
                        "xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" xmp:CreatorTool=\"Camera\" "
                        "tiff:Orientation=\"6\"",
                        history + names + "<xmp:Thumbnails>OLD-FACE</xmp:Thumbnails>"));
  const auto photo = read_photo(encoded(fused_picture(test_image(40, 30)), target));
  ASSERT_TRUE(photo.ok());
  auto packet = XmpPacket::parse(photo->metadata.xmp);
  ASSERT_TRUE(packet.ok());
  EXPECT_EQ(packet->values(kXmpNamespace, "CreatorTool"), Values{"Camera"});
  EXPECT_EQ(packet->values(kTiffNamespace, "Orientation"), Values{"1"});
  EXPECT_EQ(packet->values("http://purl.org/dc/elements/1.1/", "title"), (Values{"Hi", "Hallo"}));
  const Values events = packet->values(kXmpMmNamespace, "History");
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0], "converted");
  EXPECT_EQ(events[2], "Mien 0.1.0");
  EXPECT_FALSE(contains(as_text(photo->metadata.xmp), "OLD-FACE"));
}

TEST_P(LabelTest, IsAddedBesideAPacketThatCannotBeRead) {
  Metadata target;
  target.xmp = to_bytes("<x:xmpmeta broken AIGC <&\xff");
  const auto photo = read_photo(encoded(fused_picture(test_image(40, 30)), target));
  ASSERT_TRUE(photo.ok());
  const auto record = label_of(photo->metadata);
  ASSERT_TRUE(record.ok());
  EXPECT_TRUE(record->labelled_as_synthetic());
  EXPECT_TRUE(contains(as_text(photo->metadata.xmp), "x:xmpmeta broken AIGC"));
}

TEST_P(LabelTest, NotesLabelsThatStoodElsewhere) {
  Metadata target;
  target.aigc_text = aigc_json("Other", "7");
  target.had_c2pa = true;
  const LabelRecord fused = label(fused_picture(test_image(40, 30)), target);
  EXPECT_EQ(fused.prior_aigc, Values{target.aigc_text});
  EXPECT_TRUE(fused.prior_c2pa);
  EXPECT_EQ(fused.aigc->content_producer, "Mien 0.1.0");
  const LabelRecord unchanged = label(fused_picture(test_image(40, 30), false), target);
  EXPECT_EQ(unchanged.aigc->produce_id, "7");
  EXPECT_TRUE(unchanged.prior_c2pa);
  EXPECT_FALSE(unchanged.made_by_mien);
}

TEST_P(LabelTest, IsTheSameForTheSamePixelsAndAnotherForOthers) {
  const LabelRecord once = label(fused_picture(test_image(40, 30)), {});
  const LabelRecord twice = label(fused_picture(test_image(40, 30)), {});
  Image other = test_image(40, 30);
  other.mutable_view().row(29)[3 * 39] ^= 1;
  const LabelRecord changed = label(fused_picture(std::move(other)), {});
  EXPECT_EQ(once.aigc->json, twice.aigc->json);
  EXPECT_NE(once.aigc->produce_id, changed.aigc->produce_id);
  EXPECT_EQ(encoded(fused_picture(test_image(40, 30)), {}), encoded(fused_picture(test_image(40, 30)), {}));
}

INSTANTIATE_TEST_SUITE_P(Formats, LabelTest,
                         ::testing::Values(FileFormat::kJpeg, FileFormat::kPng, FileFormat::kWebp),
                         [](const auto& info) { return std::string(format_name(info.param)); });

TEST(VerifyLabel, SaysWhatIsMissing) {
  const TempFolder folder;
  const auto verified = [&](const Metadata& metadata) {
    const auto file = encode_plain(test_image(20, 10).view(), metadata, FileFormat::kPng, 90);
    EXPECT_TRUE(file.ok());
    testing::write_bytes(folder / "a.png", *file);
    const Done done = verify_label(folder / "a.png");
    if (done.ok()) return std::string("verified");
    EXPECT_EQ(done.status().code(), Code::kLabelPolicy);
    EXPECT_TRUE(contains(done.status().message(), "a.png"));
    return done.status().message();
  };
  const std::string good = aigc_json("a", "b");
  EXPECT_EQ(verified(target_with(kCompositeSourceType, good)), "verified");
  EXPECT_EQ(verified(target_with(kGenerated, good)), "verified");
  const std::string nothing = verified({});
  EXPECT_TRUE(contains(nothing, "DigitalSourceType is missing") && contains(nothing, "TC260:AIGC is missing"))
      << nothing;
  EXPECT_TRUE(contains(verified(target_with("", good)), "DigitalSourceType is missing"));
  EXPECT_TRUE(contains(verified(target_with(kCompositeSourceType, "")), "TC260:AIGC is missing"));
  EXPECT_TRUE(
      contains(verified(target_with(kCompositeSourceType, "{")), "not well-formed: is no JSON object"));
  EXPECT_TRUE(
      contains(verified(target_with("http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture", good)),
               "DigitalSourceType is http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"));
  std::string perhaps = good;
  perhaps.replace(perhaps.find("\"1\""), 3, "\"2\"");
  EXPECT_TRUE(contains(verified(target_with(kCompositeSourceType, perhaps)), "Label \"2\", expected \"1\""));
}

TEST(ReadLabel, SaysWhyAFileCannotBeRead) {
  const TempFolder folder;
  EXPECT_EQ(read_label(folder / "none.jpg").status().code(), Code::kNotFound);
  testing::write_bytes(folder / "text.jpg", as_bytes("just words\n"));
  const auto text = read_label(folder / "text.jpg");
  EXPECT_EQ(text.status().code(), Code::kUnreadable);
  EXPECT_TRUE(contains(text.status().message(), "text.jpg: is a text file"));
  Metadata broken;
  broken.xmp = to_bytes("<broken");
  testing::write_bytes(folder / "broken.png",
                       *encode_plain(test_image(20, 10).view(), broken, FileFormat::kPng, 90));
  const auto damaged = read_label(folder / "broken.png");
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.status().code(), Code::kUnreadable);
  EXPECT_TRUE(contains(damaged.status().message(), "XMP"));
}

TEST(ReadLabel, ReadsPngTextChunksOfOtherMakers) {
  testing::PngSpec spec;
  spec.texts = {{"AIGC", aigc_json("Other", "7")}};
  const auto record = read_label(testing::make_png(test_image(20, 10).view(), spec));
  ASSERT_TRUE(record.ok());
  ASSERT_TRUE(record->aigc);
  EXPECT_EQ(record->aigc->produce_id, "7");
}

}  // namespace
}  // namespace mien
