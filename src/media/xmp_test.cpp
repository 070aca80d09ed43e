#include "media/xmp.h"

#include <exempi/xmp.h>
#include <gtest/gtest.h>

#include "media/test_pictures.h"

namespace mien {
namespace {

using testing::contains;
using testing::make_xmp;
using Values = std::vector<std::string>;

constexpr std::string_view kDc = "http://purl.org/dc/elements/1.1/";

XmpPacket parsed(std::string_view text) {
  auto packet = XmpPacket::parse(as_bytes(text));
  EXPECT_TRUE(packet.ok()) << (packet.ok() ? "" : packet.status().message());
  return packet.ok() ? std::move(*packet) : XmpPacket();
}

// A property as Adobe's toolkit reads it; item 0: the property itself.
std::string read_by_exempi(const std::string& packet, std::string_view uri, const char* name, int item = 0) {
  static const bool ready = xmp_init();
  EXPECT_TRUE(ready);
  XmpPtr xmp = xmp_new_empty();
  EXPECT_TRUE(xmp_parse(xmp, packet.data(), packet.size()));
  XmpStringPtr value = xmp_string_new();
  const std::string schema(uri);
  const bool found = item == 0 ? xmp_get_property(xmp, schema.c_str(), name, value, nullptr)
                               : xmp_get_array_item(xmp, schema.c_str(), name, item, value, nullptr);
  const std::string text = found ? xmp_string_cstr(value) : "(none)";
  xmp_string_free(value);
  xmp_free(xmp);
  return text;
}

TEST(Xmp, ReadsPropertiesInAllTheFormsThatRdfAllows) {
  const XmpPacket packet = parsed(
      make_xmp("xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
               "xmlns:other=\"http://purl.org/dc/elements/1.1/\" dc:source=\"a\"",
               "<dc:format> b "
               "</dc:format><dc:subject><rdf:Bag><rdf:li>c</rdf:li><rdf:li>d</rdf:li></rdf:Bag></dc:subject>"
               "<dc:relation rdf:resource=\"urn:e\"/><other:rights>f</other:rights>"
               "<dc:creator rdf:parseType=\"Resource\"><dc:x>g</dc:x></dc:creator>"));
  EXPECT_EQ(packet.values(kDc, "source"), Values{"a"});
  EXPECT_EQ(packet.values(kDc, "format"), Values{"b"});
  EXPECT_EQ(packet.values(kDc, "subject"), (Values{"c", "d"}));
  EXPECT_EQ(packet.values(kDc, "relation"), Values{"urn:e"});
  EXPECT_EQ(packet.values(kDc, "rights"), Values{"f"});
  EXPECT_EQ(packet.values(kDc, "creator"), Values{"g"});
  EXPECT_EQ(packet.values(kDc, "title"), Values{});
  EXPECT_EQ(packet.values("urn:wrong", "source"), Values{});
}

TEST(Xmp, ReadsPacketsWithoutTheElementAroundRdf) {
  const std::string bare =
      "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
      "xmlns:TC260='http://www.tc260.org.cn/ns/AIGC/1.0/' TC260:AIGC='{}'/></rdf:RDF>";
  EXPECT_EQ(parsed(bare).values(kTc260Namespace, "AIGC"), Values{"{}"});
  EXPECT_EQ(read_by_exempi(parsed(bare).serialise(), kTc260Namespace, "AIGC"), "{}");
}

TEST(Xmp, RefusesWhatIsNoXmp) {
  for (const std::string_view text : {"", "hello", "<a/>", "<a><b/></a>"}) {
    const auto packet = XmpPacket::parse(as_bytes(text));
    ASSERT_FALSE(packet.ok()) << text;
    EXPECT_EQ(packet.status().code(), Code::kUnreadable);
  }
}

TEST(Xmp, KeepsWhatItDoesNotUnderstandWordForWord) {
  const std::string foreign =
      "<f:a xmlns:f=\"urn:f\" f:b=\"1\"><rdf:Alt><rdf:li xml:lang=\"x-default\">Hi</rdf:li><rdf:li "
      "xml:lang=\"de\">Hallo</rdf:li></rdf:Alt></f:a>";
  XmpPacket packet = parsed(make_xmp("", foreign));
  packet.set(kXmpNamespace, "CreatorTool", "Mien");
  EXPECT_TRUE(contains(packet.serialise(), foreign)) << packet.serialise();
}

TEST(Xmp, WritesWhatAdobesToolkitReads) {
  XmpPacket packet = parsed(make_xmp("xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmp:Rating=\"5\""));
  packet.set(kTc260Namespace, "AIGC", "{\"Label\":\"<&>\"}");
  packet.set(kIptcExtNamespace, "DigitalSourceType", "urn:x");
  packet.set_list(kMienNamespace, "Models", {"a", "b \xC3\xA4"});
  packet.append_history({{"action", "edited"}, {"softwareAgent", "Mien 1"}});
  packet.append_history({{"action", "saved"}});
  const std::string text = packet.serialise();
  EXPECT_EQ(read_by_exempi(text, kXmpNamespace, "Rating"), "5");
  EXPECT_EQ(read_by_exempi(text, kTc260Namespace, "AIGC"), "{\"Label\":\"<&>\"}");
  EXPECT_EQ(read_by_exempi(text, kIptcExtNamespace, "DigitalSourceType"), "urn:x");
  EXPECT_EQ(read_by_exempi(text, kMienNamespace, "Models", 1), "a");
  EXPECT_EQ(read_by_exempi(text, kMienNamespace, "Models", 2), "b \xC3\xA4");
  EXPECT_EQ(read_by_exempi(text, kMienNamespace, "Models", 3), "(none)");
  EXPECT_EQ(read_by_exempi(text, kXmpMmNamespace, "xmpMM:History[1]/stEvt:softwareAgent"), "Mien 1");
  EXPECT_EQ(read_by_exempi(text, kXmpMmNamespace, "xmpMM:History[2]/stEvt:action"), "saved");
  // Readers that search the text find the usual prefix.
  EXPECT_TRUE(contains(text, "<TC260:AIGC>"));
}

TEST(Xmp, DeclaresAPrefixOnceWhereTheDescriptionIsItsOwn) {
  XmpPacket own;
  own.append_history({{"action", "edited"}});
  own.append_history({{"action", "saved"}});
  const auto declarations = [](const std::string& text) {
    const std::string declared = "xmlns:stEvt";
    int count = 0;
    for (auto at = text.find(declared); at != std::string::npos; at = text.find(declared, at + 1)) ++count;
    return count;
  };
  EXPECT_EQ(declarations(own.serialise()), 1);  // ImageMagick 6 warns about more
  // In the list of another's description each event brings what it needs.
  XmpPacket foreign = parsed(
      make_xmp("xmlns:m=\"http://ns.adobe.com/xap/1.0/mm/\"", "<m:History><rdf:Seq></rdf:Seq></m:History>"));
  foreign.append_history({{"action", "edited"}});
  foreign.append_history({{"action", "saved"}});
  EXPECT_EQ(declarations(foreign.serialise()), 2);
}

TEST(Xmp, ReplacesAPropertyInWhateverFormItStood) {
  for (const std::string element :
       {"<t:AIGC>old</t:AIGC>", "<t:AIGC><rdf:Bag><rdf:li>old</rdf:li></rdf:Bag></t:AIGC>", ""}) {
    const std::string attribute = element.empty() ? " t:AIGC=\"old\"" : "";
    XmpPacket packet =
        parsed(make_xmp("xmlns:t=\"http://www.tc260.org.cn/ns/AIGC/1.0/\"" + attribute, element));
    ASSERT_EQ(packet.values(kTc260Namespace, "AIGC"), Values{"old"});
    packet.set(kTc260Namespace, "AIGC", "new");
    EXPECT_EQ(packet.values(kTc260Namespace, "AIGC"), Values{"new"});
    EXPECT_FALSE(contains(packet.serialise(), "old"));
    EXPECT_EQ(read_by_exempi(packet.serialise(), kTc260Namespace, "AIGC"), "new");
  }
}

TEST(Xmp, HoldsAgainstPrefixesThatMeanSomethingElse) {
  XmpPacket packet = parsed(make_xmp("xmlns:TC260=\"urn:impostor\" TC260:AIGC=\"theirs\""));
  packet.set(kTc260Namespace, "AIGC", "ours");
  const XmpPacket again = parsed(packet.serialise());
  EXPECT_EQ(again.values(kTc260Namespace, "AIGC"), Values{"ours"});
  EXPECT_EQ(again.values("urn:impostor", "AIGC"), Values{"theirs"});
}

TEST(Xmp, KeepsOnePacketAboutOneThing) {
  XmpPacket packet = parsed(
      "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
      "<rdf:Description rdf:about='uuid:1' xmlns:d='urn:d' d:e='1'/></rdf:RDF></x:xmpmeta>");
  packet.set(kXmpNamespace, "CreatorTool", "Mien");
  EXPECT_EQ(read_by_exempi(packet.serialise(), kXmpNamespace, "CreatorTool"),
            "Mien");  // refused were the two different
}

TEST(Xmp, SaysTheSameWhenWrittenTwice) {
  XmpPacket packet = parsed(make_xmp("xmlns:d=\"urn:d\" d:e=\"1\""));
  for (int i = 0; i < 3; ++i) packet.set(kMienNamespace, "EngineVersion", "1");
  const std::string once = packet.serialise();
  XmpPacket again = parsed(once);
  for (int i = 0; i < 3; ++i) again.set(kMienNamespace, "EngineVersion", "1");
  EXPECT_EQ(again.serialise(), once);
}

TEST(Xmp, EndsWithALineForReadersThatStopBeforeTheLastByte) {
  XmpPacket packet = parsed(make_xmp("xmlns:d=\"urn:d\" d:e=\"1\""));
  packet.set(kMienNamespace, "EngineVersion", "1");
  EXPECT_TRUE(packet.serialise().ends_with("?>\n"));
}

TEST(Xmp, SplitsOffTheLargestAndPutsItBack) {
  const std::string large(50'000, 'L'), medium(20'000, 'M');
  XmpPacket packet = parsed(make_xmp("xmlns:f=\"urn:f\" f:large=\"" + large + "\" f:small=\"s\"",
                                     "<f:medium>" + medium + "</f:medium>"));
  packet.set(kTc260Namespace, "AIGC", "label");
  XmpPacket rest = packet.split_off(30'000);
  EXPECT_LE(packet.serialise().size(), 30'000u);
  EXPECT_EQ(packet.values("urn:f", "medium"), Values{medium});
  EXPECT_EQ(packet.values("urn:f", "small"), Values{"s"});
  EXPECT_EQ(packet.values("urn:f", "large"), Values{});
  EXPECT_EQ(rest.values("urn:f", "large"), Values{large});
  EXPECT_EQ(read_by_exempi(rest.serialise(), "urn:f", "large"), large);
  XmpPacket label_only = packet.split_off(0);
  EXPECT_EQ(packet.values(kTc260Namespace, "AIGC"), Values{"label"});
  EXPECT_EQ(packet.values("urn:f", "medium"), Values{});
  packet.take_all_from(std::move(label_only));
  packet.take_all_from(parsed(rest.serialise()));
  const XmpPacket joined = parsed(packet.serialise());
  EXPECT_EQ(joined.values("urn:f", "large"), Values{large});
  EXPECT_EQ(joined.values("urn:f", "medium"), Values{medium});
  EXPECT_EQ(joined.values("urn:f", "small"), Values{"s"});
  EXPECT_EQ(joined.values(kTc260Namespace, "AIGC"), Values{"label"});
}

TEST(Xmp, PrefersItsOwnPropertiesWhenTakingOver) {
  XmpPacket packet = parsed(make_xmp("xmlns:f=\"urn:f\" f:a=\"mine\""));
  packet.take_all_from(parsed(make_xmp("xmlns:f=\"urn:f\" f:a=\"theirs\" f:b=\"new\"")));
  EXPECT_EQ(packet.values("urn:f", "a"), Values{"mine"});
  EXPECT_EQ(packet.values("urn:f", "b"), Values{"new"});
}

}  // namespace
}  // namespace mien
